/** One of a thousand subscribers stops reading. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { type Client, connect } from "../../client/mod.ts";
import { floodUntilDealtWith, stalledReader } from "../faults/stalled_reader.ts";
import { until } from "../faults/until.ts";
import { startGateway } from "./gateway_process.ts";

const SUBSCRIBERS = 1_000;
/** Publishes before it stops reading, and as many at least after. */
const PUBLISHES = 20;
const EVERY_MS = 250;
/** The default of `limits.queue_bytes`. */
const QUEUE_BYTES = 1_048_576;

const CONFIG = `
[limits]
ping_seconds = 3_600

[[routes]]
channel = "ticks:{symbol}"
topic = "ticks"
slow = "conflate"

[[routes]]
channel = "chat:{room}"
topic = "chat"
`;

/** One who reads everything at once: the numbers that came, and how late, in milliseconds. */
interface Reader extends AsyncDisposable {
  readonly got: number[];
  readonly lateMs: number[];
}

async function reader(url: string, channel: string): Promise<Reader> {
  const socket = new WebSocket(url, "tidegate.v1.json");
  const [subscribed, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const got: number[] = [];
  const lateMs: number[] = [];
  socket.onopen = () => socket.send(`{"connect":{}}\n{"id":1,"subscribe":{"channel":"${channel}"}}`);
  socket.onclose = () => {
    subscribed.reject(new Error("the gateway closed a connection"));
    closed.resolve();
  };
  socket.onmessage = ({ data }) => {
    const now = performance.now();
    for (const line of data.split("\n")) {
      const frame = JSON.parse(line);
      if (frame.subscribed) subscribed.resolve();
      if (!frame.publication) continue;
      got.push(frame.publication.payload.n);
      lateMs.push(now - frame.publication.payload.at);
    }
  };
  await subscribed.promise;
  return {
    got,
    lateMs,
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed.promise;
    },
  };
}

/** Publishes numbers steadily until it is stopped. */
function ticker(client: Client, channel: string) {
  const answers: Promise<unknown>[] = [];
  const timer = setInterval(
    () => answers.push(client.publish(channel, { n: answers.length, at: performance.now() })),
    EVERY_MS,
  );
  return {
    made: () => answers.length,
    async stop() {
      clearInterval(timer);
      await Promise.all(answers);
    },
  };
}

function percentiles(lateMs: readonly number[]): string {
  const sorted = lateMs.toSorted((a, b) => a - b);
  const at = (part: number) => `${sorted[Math.floor(sorted.length * part)]!.toFixed(1)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}`;
}

for (
  const { room, heavy, by } of [
    { room: "chat:lobby", heavy: "chat:heavy", by: "end" },
    { room: "ticks:ACME", heavy: "ticks:HEAVY", by: "skip" },
  ] as const
) {
  const what = by === "end" ? "disconnected" : "spared publications";
  Deno.test(`one of 1,000 subscribers of ${room} stops reading: it is ${what} within 10 s, and all others get everything`, async () => {
    await using gateway = await startGateway({ config: CONFIG, env: { TIDEGATE_ADMIN_PORT: "0" } });
    await using cleanup = new AsyncDisposableStack();
    const readers: Reader[] = [];
    // Not more at once than a listener's backlog takes.
    while (readers.length < SUBSCRIBERS - 1) {
      const count = Math.min(50, SUBSCRIBERS - 1 - readers.length);
      const more = await Promise.all(Array.from({ length: count }, () => reader(gateway.url, room)));
      for (const each of more) cleanup.use(each);
      readers.push(...more);
    }
    using stalled = await stalledReader(gateway, [room, heavy]);
    using publisher = connect(gateway.url);
    using flooder = connect(gateway.url);
    await flooder.publish("chat:elsewhere", "it is connected");
    const ticks = ticker(publisher, room);
    const allHave = (count: number) =>
      until(`all have ${count}`, () => readers.every(({ got }) => got.length >= count));
    await allHave(PUBLISHES);
    const before = readers.map(({ lateMs }) => lateMs.length);

    const flood = await floodUntilDealtWith(gateway, {
      publisher: flooder,
      channel: heavy,
      reader: stalled,
      limitBytes: QUEUE_BYTES,
      by,
    });
    await allHave(Math.max(...before) + PUBLISHES);
    await ticks.stop();
    await allHave(ticks.made());
    const expected = Array.from({ length: ticks.made() }, (_, n) => n);
    for (const { got } of readers) assertEquals(got, expected);
    assertGreater(flood * 8_000, QUEUE_BYTES);
    if (by === "end") assert([4001, undefined].includes(await stalled.readClose()));
    const [early, late] = [
      readers.flatMap(({ lateMs }, at) => lateMs.slice(0, before[at])),
      readers.flatMap(({ lateMs }, at) => lateMs.slice(before[at])),
    ];
    console.log(`  ${what} after ${flood} publications of 8 KB; the latency of the other ${readers.length}:`);
    console.log(`  before: ${percentiles(early)}; from then on: ${percentiles(late)}`);
  });
}
