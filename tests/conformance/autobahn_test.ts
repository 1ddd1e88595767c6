/** The Autobahn cases of RFC 6455, run by kosoku against an echo on the ws transport. */
import { assertEquals } from "@std/assert";
import { asyncScheduler, of } from "rxjs";
import { openWsTransport, type WsTransport } from "../../adapters/websocket/mod.ts";
import { lineCodec } from "../contract/transport/line_codec.ts";
import { installPython, type PythonPackages, pythonTool, runPython } from "../python.ts";

const KOSOKU: PythonPackages = { folder: "kosoku", packages: ["kosoku==0.1.0"], last: "kosoku" };

/** What kosoku says of a case. */
interface Verdict {
  readonly id: string;
  readonly behavior: string;
  readonly close: string;
  readonly passed: boolean;
  readonly result: string;
}

/** Left out: 9 measures speed, 12 and 13 are compression, which the transport never agrees to. */
const LEFT_OUT = ["9.*", "12.*", "13.*"];
/** Nothing but binary messages: a connection of Tidegate takes one kind, by its subprotocol. */
const BINARY = ["1.2.*"];
/** The cases that there are, less those that are left out. */
const CASES = 247;
/** Some cases wait for a second in which nothing must come. */
const AT_ONCE = 32;

/** It ends without Python's clean-up, in which a thread of kosoku's now and then crashes. */
const SCRIPT = `
import asyncio, json, os
from kosoku import FailureError, run_fuzzingclient

async def main():
    url, cases, excluded, at_once = json.loads(sys.argv[1])
    try:
        results = await run_fuzzingclient(url, cases, excluded, at_once)
    except FailureError as failure:
        results = failure.results
    print(json.dumps([{
        "id": case.case_id, "behavior": case.behavior.value, "close": case.behavior_close.value,
        "passed": case.passed, "result": case.result + " " + case.result_close,
    } for case in results]), flush=True)
    os._exit(0)

asyncio.run(main())
`;

/** An echo: every message comes back as one of its own, as the limit of a message is below every frame's size. */
async function echo(options: { binary: boolean }): Promise<WsTransport> {
  const encoder = new TextEncoder();
  const transport = await openWsTransport({
    hostname: "127.0.0.1",
    port: 0,
    codecs: [lineCodec(options)],
    authenticator: { admit: () => of({ kind: "awaited" }), identify: () => of() },
    fetch: () => new Response("plain"),
    limits: { maxFrameBytes: 16 * 1024 * 1024, queueBytes: 64 * 1024 * 1024, maxMessageBytes: 1 },
    clock: { scheduler: asyncScheduler },
    random: { uuid: () => crypto.randomUUID(), fraction: Math.random },
    telemetry: { count: () => {}, note: () => {} },
  });
  transport.connections.subscribe((connection) =>
    connection.messages.subscribe((message) => {
      const frame = typeof message === "string" ? encoder.encode(message) : message;
      transport.perform([{ kind: "send", connections: [connection], frame }]);
    })
  );
  return transport;
}

/** The verdicts of some cases. */
async function verdicts(
  { address: { hostname, port } }: WsTransport,
  cases: { only: readonly string[] | null; without: readonly string[] },
): Promise<Verdict[]> {
  const args = [JSON.stringify([`ws://${hostname}:${port}/ws`, cases.only, cases.without, AT_ONCE])];
  return JSON.parse(new TextDecoder().decode(await runPython(KOSOKU, SCRIPT, { args })));
}

const python = await pythonTool();

Deno.test({
  name: "ws transport: every Autobahn case passes, but for speed and compression",
  ignore: python.ignore,
  async fn() {
    await installPython(KOSOKU);
    const text = await echo({ binary: false });
    const binary = await echo({ binary: true });
    try {
      const [texts, binaries] = await Promise.all([
        verdicts(text, { only: null, without: [...LEFT_OUT, ...BINARY] }),
        verdicts(binary, { only: BINARY, without: [] }),
      ]);
      const all = [...texts, ...binaries];
      const counts = Object.groupBy(all, ({ behavior }) => behavior);
      console.log(
        `Autobahn: ${all.length} cases: ` +
          Object.entries(counts).map(([behavior, of]) => `${of!.length} ${behavior}`).join(", "),
      );
      assertEquals(all.filter(({ passed }) => !passed), []);
      assertEquals(all.length, CASES);
    } finally {
      await Promise.all([text.close(), binary.close()]);
    }
  },
});
