import { assert, assertEquals } from "@std/assert";
import { map } from "rxjs";
import type { ClientFrame } from "../../domain/frame.ts";
import type { Batch } from "../../domain/ports/log.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import { riggedLog, testGateway } from "../../testing/mod.ts";

const ping = (id: number): ClientFrame => ({ type: "ping", id });

Deno.test("a client that is being connected is not read for ever, and all that it asked is answered then", () => {
  using bench = testGateway();
  bench.log.setAvailable(false);
  using late = testGateway({ beside: bench });
  const ann = late.connect("ann");
  for (let id = 1; id <= 100; id++) ann.send(ping(id));
  late.settle();
  assertEquals(ann.reading, ["pause"]);
  bench.log.setAvailable(true);
  late.clock.advance(100);
  assertEquals(ann.reading, ["pause", "resume"]);
  assertEquals(ann.received.map(({ type }) => type).slice(0, 2), ["connected", "pong"]);
  assertEquals(ann.received.filter(({ type }) => type === "pong").length, 100);
});

Deno.test("while a resume waits for the tail, what it will replay anyway does not count as its queue", () => {
  using ahead = testGateway({ topics: { chat: 1, direct: 1 } });
  const bob = ahead.subscriber("bob", "chat:lobby");
  const late: (() => void)[] = [];
  using behind = testGateway({
    beside: ahead,
    settings: { queueBytes: 500 },
    rig: (ports) => ({
      ...ports,
      log: riggedLog(ports.log, {
        // This node takes its batches later than it gets them.
        tail: (request) =>
          ports.log.tail(request).pipe(map((batch): Batch => ({ ...batch, done: () => void late.push(batch.done) }))),
      }),
    }),
  });
  for (let at = 0; at < 20; at++) bob.publishJson("chat:lobby", String(at));
  const ann = behind.subscriber("ann", "chat:lobby", { since: bob.publications.at(-1)!.cursor });
  assertEquals(ann.last("subscribed"), undefined);
  for (let at = 0; at < 20; at++) {
    late.splice(0).forEach((done) => done());
    behind.clock.advance(25);
  }
  assertEquals([ann.closed, ann.last("subscribed")?.recovered, ann.texts], [undefined, true, []]);
});

Deno.test("history pages over far more than a page has, in strides that hold several pages, without leaving one out", () => {
  const room = { topic: "chat", partition: 0 };
  using bench = testGateway({
    routes: [{ channel: "chat:{room}", topic: "chat", payload: "bytes" }],
    topics: { chat: 1 },
  });
  const append = (key: string, count: number) =>
    bench.log.append(Array.from({ length: count }, () => ({ ...room, key, value: new Uint8Array(1), headers: {} })))
      .subscribe();
  append("dense", 4_000);
  append("other", 4_000);
  bench.settle();
  const ann = bench.connect("ann");
  const pages: number[] = [];
  let before: string | undefined;
  for (;;) {
    ann.send({ type: "history", id: 1, channel: "chat:dense", limit: 900, ...(before ? { before } : {}) });
    bench.settle();
    const { publications, more, cursor } = ann.last("history")!;
    pages.push(publications.length);
    before = cursor;
    if (!more) break;
  }
  assertEquals(pages, [900, 900, 900, 900, 400]);
});

Deno.test("a thousand requests in a message, and more of them behind it, are answered, also behind those that fill the limit", () => {
  using bench = testGateway({
    settings: { publishesInFlight: 2, rates: { ...DEFAULT_SETTINGS.rates, requests: 20_000, userRequests: 20_000 } },
  });
  const ann = bench.connect("ann");
  bench.log.holdAppends(true);
  const publish = (id: number): ClientFrame => (
    { type: "publish", id, channel: "chat:lobby", payload: { kind: "json", text: "1" } }
  );
  const pings = (from: number) => Array.from({ length: 1_000 }, (_, at) => ping(from + at));
  ann.send(publish(1), publish(2), ...pings(3));
  for (let from = 1_003; from < 10_000; from += 1_000) ann.send(...pings(from));
  bench.log.holdAppends(false);
  bench.settle();
  assertEquals(ann.closed, undefined);
  assertEquals(ann.received.filter(({ type }) => type === "published" || type === "pong").length, 10_002);
});

Deno.test("a look back over 800 MB of its channel needs a heap of 300 MB at the most", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--v8-flags=--max-old-space-size=300",
      new URL("./look_back_script.ts", import.meta.url).href,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).slice(0, 500);
  assert(success, text(stderr));
  assertEquals(text(stdout).trim(), "3 publications");
});
