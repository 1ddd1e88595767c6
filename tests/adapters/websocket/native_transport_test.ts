import { assert, assertEquals } from "@std/assert";
import { openNativeTransport } from "../../../adapters/websocket/open_native_transport.ts";
import { Harbour } from "../../contract/transport/harbour.ts";
import { PoliteClient } from "../../contract/transport/polite_client.ts";
import { ask, RawClient, upgradeHead } from "../../contract/transport/raw_client.ts";
import { until } from "../../contract/transport/until.ts";
import {
  type Capability,
  type OpenOptions,
  type OpenTransport,
  TRANSPORT_CASES,
  transportContract,
} from "../../contract/transport_contract.ts";

/** What no program can do with `Deno.upgradeWebSocket` and `Deno.serve`, and why. */
const LACKS: Readonly<Partial<Record<Capability, string>>> = {
  bounds_messages: "a message is given when it is whole, and bounded by the runtime alone",
  refuses_bad_frames: "the runtime judges frames, and ends a connection without a close frame",
  bounds_controls: "the runtime answers pings itself, and joins the pieces of a message",
  bounds_heads: "the server under it reads the heads of requests",
  tells_values_apart: "the fetch API joins the values of a header",
  closes_refused: "the server under it keeps connections open",
  destroys_sockets: "the API has close(), which waits for the client, and nothing that does not",
  awaits_pongs: "the runtime pings, by idleTimeout, and closes with 1001",
  pauses_reading: "the API gives messages as they come",
};

function open(options: OpenOptions): Promise<OpenTransport> {
  const transport = openNativeTransport(options);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) => transport.fetch(request, { remoteAddress: remoteAddr.hostname }),
  );
  return Promise.resolve({
    ...transport,
    address: server.addr,
    async close() {
      await transport.close();
      await server.shutdown();
    },
  });
}

transportContract("native", open, { lacks: LACKS });

Deno.test("the native transport skips these behaviours and no others", () => {
  const skipped = TRANSPORT_CASES.filter(({ needs }) => needs !== undefined && needs in LACKS).map(({ name }) => name);
  assertEquals(skipped, [
    "a client that does not answer the close has its socket destroyed in time",
    "the authenticator sees every value of a header that is sent twice, each by itself",
    "the connection of a refused handshake is closed",
    "a message over the limit closes with 1009, in one frame or in many, and one at the limit does not",
    "text that is not UTF-8 closes with 1007",
    "frames that break the rules close with 1002",
    "a request whose head does not come in time is closed, be it half there or not at all",
    "a head over its limit is answered 431, upgrade or not",
    "what is no HTTP is answered 400 and closed",
    "too many pings or pongs close with 4503, and pings now and then do not",
    "a message in thousands of pieces closes with 1008, however small it is",
    "a flood of pings from a client that reads nothing costs that client its connection alone",
    "a reader that stalls is ended and its socket destroyed within 10 s, while others keep receiving",
    "a client that does not answer pings is closed with 4002, and one that does stays",
    "while reading is paused no pong is asked for, and afterwards it is",
    "pause stops reading, so that the client's messages pile up in its socket; resume brings them all, in order",
  ]);
});

Deno.test("native transport: the server under it refuses an upgrade with a body", async () => {
  const harbour = await Harbour.open(open, {});
  try {
    for (
      const [header, value, body] of [
        ["content-length", "3", "abc"],
        ["transfer-encoding", "chunked", "3\r\nabc\r\n0\r\n\r\n"],
      ] as const
    ) {
      const refused = await ask(harbour.address, upgradeHead({ headers: { [header]: value } }) + body);
      assert(refused.startsWith("HTTP/1.1 400 "), `${header}: ${refused}`);
    }
  } finally {
    await harbour.transport.close();
  }
});

const held = {
  limits: { queueBytes: 64 * 1024, closeSeconds: 0.2, pingSeconds: 0.3, pongSeconds: 0.3, connections: 1 },
};

async function withHarbour(run: (harbour: Harbour) => Promise<void>): Promise<void> {
  const harbour = await Harbour.open(open, held);
  try {
    await run(harbour);
  } finally {
    await harbour.transport.close();
  }
}

Deno.test("native transport: a client that sends more than its queue limit ahead of its answers is ended with 4503", () =>
  withHarbour(async (harbour) => {
    const client = await PoliteClient.open(harbour.address);
    const caller = await harbour.caller();
    harbour.transport.perform([{ kind: "pause", connection: caller.connection }]);
    for (let at = 0; at < 70; at++) client.send("x".repeat(1024));
    await until("it is closed", () => client.closed !== undefined);
    assertEquals(client.closed, {
      code: 4503,
      reason: "limit_exceeded: over 65536 bytes came while requests were waiting",
    });
    assertEquals([caller.messages, caller.completions], [[], 1]);
  }));

Deno.test("native transport: a client that reads what it is sent and answers no ping has ended, and makes room", () =>
  withHarbour(async (harbour) => {
    using mute = await RawClient.open(harbour.address);
    const caller = await harbour.caller();
    assertEquals((await mute.read())?.opcode, 9);
    assertEquals((await mute.readClose())?.code, 1001);
    await until("it has ended", () => harbour.counts.connections_closed === 1);
    assertEquals(caller.completions, 1);
    using _next = await RawClient.open(harbour.address);
    await harbour.caller(1);
  }));

Deno.test("native transport: a client that reads nothing is given up, and its socket counts until the system frees it", () =>
  withHarbour(async (harbour) => {
    const stalled = await RawClient.open(harbour.address);
    const caller = await harbour.caller();
    const frame = "x".repeat(60 * 1024);
    while (caller.completions === 0) {
      harbour.send([caller], frame);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await until("it is given up", () => harbour.counts.connections_closed === 1);
    const refused = await ask(harbour.address, upgradeHead());
    assert(refused.startsWith("HTTP/1.1 503 ") && refused.includes("has 1 connections, its limit"), refused);
    stalled[Symbol.dispose]();
    let answer = refused;
    await until("there is room", () => {
      void ask(harbour.address, upgradeHead()).then((now) => answer = now, () => {});
      return answer.startsWith("HTTP/1.1 101 ");
    });
    assertEquals(caller.completions, 1);
  }));
