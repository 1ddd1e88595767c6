import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { concat, concatMap, delay, EMPTY, finalize, NEVER, type ObservableInput, of, range, throwError } from "rxjs";
import type { PublishFrame } from "../../domain/frame.ts";
import type { Draft, InboundPublish } from "../../domain/inbound_publish.ts";
import { headerText } from "../../domain/log_record.ts";
import { type Inbound, reject } from "../../domain/pipeline.ts";
import type { RouteOptions } from "../../domain/route.ts";
import { type TestClient, type TestGateway, testGateway, type TestGatewayOptions } from "../../testing/mod.ts";
import { holds } from "../holds.ts";

/** A gateway whose `chat:{room}` has an inbound pipeline, and an `audit` beside it that has none. */
function benchOf<Json>(
  inbound: Inbound<Json>,
  options: TestGatewayOptions & { chat?: Partial<RouteOptions> } = {},
): TestGateway {
  const { chat, ...rest } = options;
  return testGateway({
    routes: [
      { channel: "chat:{room}", topic: "chat", ...chat, pipeline: { inbound } },
      { channel: "audit:{room}", topic: "audit" },
      { channel: "also:{room}", topic: "chat" },
      { channel: "user:{user}", topic: "direct", sentCopy: true },
    ],
    ...rest,
  });
}

/** Publishes a JSON text, and says what the answer is in a word. */
function ask(bench: TestGateway, client: TestClient, text: string, more: Partial<PublishFrame> = {}): string {
  client.send({ type: "publish", id: 7, channel: "chat:lobby", payload: { kind: "json", text }, ...more });
  bench.settle();
  return answers(client).at(-1) ?? "none";
}

function answers(client: TestClient): string[] {
  return client.received.flatMap((frame) => {
    if (frame.type === "error") return [frame.failure.code];
    return frame.type === "published" ? [`${frame.duplicate ? "again" : "at"} ${frame.offset}`] : [];
  });
}

/** The texts of all records of a topic. */
function logged(bench: TestGateway, topic: string): string[] {
  const texts: string[] = [];
  const tail = bench.log.tail({ topics: [topic], start: () => 0 }).subscribe((batch) => {
    texts.push(...batch.records.map(({ value }) => new TextDecoder().decode(value!)));
    batch.done();
  });
  bench.settle();
  tail.unsubscribe();
  return texts;
}

Deno.test("inbound: what a pipeline makes of a publish is appended in its place, under the same sender and id", () => {
  using bench = benchOf<{ text: string }>((publish) =>
    of(publish.with({ json: { text: publish.json.text.toUpperCase() }, headers: { room: publish.key! } }))
  );
  const bob = bench.subscriber("bob", "chat:lobby");
  const ann = bench.connect("ann");
  assertEquals(ask(bench, ann, '{"text":"hi"}', { messageId: "m1" }), "at 0");
  const [publication] = bob.publications;
  assertEquals(publication!.payload, { kind: "json", text: '{"text":"HI"}' });
  assertEquals([publication!.sender, publication!.messageId, publication!.headers?.room], ["ann", "m1", "lobby"]);
});

Deno.test("inbound: it sees who publishes what, where and when", () => {
  const seen: InboundPublish[] = [];
  using bench = benchOf((publish, { scheduler }) => {
    seen.push(publish);
    assertEquals(publish.time, scheduler.now());
    return [publish];
  });
  const ann = bench.connect("ann");
  ask(bench, ann, '{"n":12345678901234567890}', { headers: { a: "b" }, messageId: "m" });
  const [{ channel, key, user, session, messageId, headers, text }] = seen as [InboundPublish];
  assertEquals({ channel, key, user, session, messageId, headers: { ...headers }, text }, {
    channel: "chat:lobby",
    key: "lobby",
    user: "ann" as typeof user,
    session: ann.session,
    messageId: "m",
    headers: { a: "b" },
    text: '{"n":12345678901234567890}',
  });
  assertEquals(logged(bench, "chat"), ['{"n":12345678901234567890}']);
});

Deno.test("inbound: a publish is dropped, or rejected with a reason that its client is told", () => {
  using bench = benchOf<string>(({ json }) => json === "drop" ? EMPTY : reject(`no ${json}`));
  const ann = bench.connect("ann");
  assertEquals(ask(bench, ann, '"drop"'), "dropped");
  assertEquals(ask(bench, ann, '"spam"'), "rejected");
  const { message, retry } = ann.last("error")!.failure;
  assertEquals([message, retry], ["Cannot publish to chat:lobby: no spam", "none"]);
  const { telemetry } = bench;
  assertEquals([
    telemetry.counted("pipeline_dropped"),
    telemetry.counted("pipeline_rejected"),
    telemetry.counted("publishes_rejected"),
  ], [
    1,
    1,
    2,
  ]);
  assertEquals(logged(bench, "chat"), []);
});

const FAILING: Readonly<Record<string, Inbound>> = {
  "throws": () => {
    throw new Error("the password is 123");
  },
  "errors": () => throwError(() => new Error("the password is 123")),
  "errors after a message": (publish) => concat(of(publish), throwError(() => new Error("the password is 123"))),
  "reads what is not there": ({ json }) => of({ json: (json as { a: { b: string } }).a.b }),
  "returns nothing": () => undefined as unknown as ObservableInput<Draft>,
  "emits no message": () => of("text" as Draft),
  "emits a message without a payload": () => of({ channel: "chat:lobby" }),
  "emits undefined as JSON": () => of({ json: undefined }),
  "emits two payloads at once": () => of({ json: 1, text: "1" }),
  "emits bad JSON": () => of({ payload: { kind: "json", text: "{bad" } }),
  "emits bytes on a json route": () => of({ bytes: new Uint8Array(1) }),
  "emits for a channel that is none": () => of({ channel: "nowhere:1", json: 1 }),
  "forges the sender": (publish) => of(publish.with({ headers: { "Tidegate-Sender": "eve" } })),
  "forges the sender in a draft": () => of({ json: 1, headers: { "tidegate-sender": "eve" } }),
  "sets a header that is no text": () => of({ json: 1, headers: { a: 1 as unknown as string } }),
  "sets a prototype": () => of({ json: 1, headers: JSON.parse('{"__proto__":"x"}') }),
  "emits too many": (publish) => range(0, 17).pipe(concatMap(() => of(publish))),
  "emits without end": (publish) => range(0, Infinity).pipe(concatMap(() => of(publish))),
};

for (const [what, inbound] of Object.entries(FAILING)) {
  Deno.test(`inbound: a pipeline that ${what} costs that message alone, and tells the client nothing of why`, () => {
    let failing = true;
    using bench = benchOf((publish, context) => failing ? inbound(publish, context) : of(publish));
    const ann = bench.connect("ann");
    assertEquals(ask(bench, ann, "1"), "pipeline_failed");
    assertEquals(
      ann.last("error")!.failure.message,
      "Cannot publish to chat:lobby: its pipeline failed; nothing was written",
    );
    assertEquals(bench.telemetry.counted("pipeline_failed"), 1);
    const note = bench.telemetry.notes.find(({ message }) => message === "An inbound pipeline failed");
    assertEquals([note?.level, note?.fields?.channel], ["error", "chat:lobby"]);
    failing = false;
    assertEquals(ask(bench, ann, "2"), "at 0");
    assertEquals(logged(bench, "chat"), ["2"]);
  });
}

Deno.test("inbound: a message that clients would not be shown is refused, with all that its publish became", () => {
  const most = 1_000;
  using bench = benchOf<number>(
    (publish) => [{ channel: "audit:all", json: 1 }, publish.with({ json: "x".repeat(publish.json - 2) })],
    { settings: { recordBytes: most } },
  );
  const ann = bench.connect("ann");
  assertEquals(ask(bench, ann, String(most + 1)), "too_large");
  assertStringIncludes(ann.last("error")!.failure.message, "1001 bytes, and clients are shown 1000");
  assertEquals([logged(bench, "audit"), logged(bench, "chat")], [[], []]);
  assertEquals(bench.telemetry.counted("publishes_rejected"), 1);
  assertEquals(bench.telemetry.notes.at(-1)?.message, "Cannot append a publish");
  assertEquals(ask(bench, ann, String(most)), "at 0");
  assertEquals(logged(bench, "chat").map(({ length }) => length), [most]);
});

Deno.test("inbound: the operator is told why a pipeline failed", () => {
  using bench = benchOf(() => of({ channel: "nowhere:1", json: 1 }));
  ask(bench, bench.connect("ann"), "1");
  assertStringIncludes(String(bench.telemetry.notes.at(-1)!.fields!.reason), "nowhere:1: no route has it");
});

Deno.test("inbound: the operator is told where in a module its pipeline failed, and nothing where it did not fail there", () => {
  using bench = benchOf<number>((publish) => {
    if (publish.json === 1) throw new Error("no");
    return of({ json: undefined });
  });
  const ann = bench.connect("ann");
  ask(bench, ann, "1");
  assertMatch(String(bench.telemetry.notes.at(-1)!.fields!.at), /^file:.*inbound_test\.ts:\d+:\d+$/);
  ask(bench, ann, "2");
  assertEquals(bench.telemetry.notes.at(-1)!.fields!.at, undefined);
});

Deno.test("inbound: one publish becomes several, on several channels, and is published once all of them are written", () => {
  using bench = benchOf((publish) => [
    publish,
    { channel: "audit:lobby", json: { by: publish.user } },
    publish.with({ json: "second" }),
    publish.with({ json: "third" }),
  ]);
  const bob = bench.subscriber("bob", "chat:lobby");
  const ann = bench.connect("ann");
  bench.log.holdAppends(true);
  assertEquals(ask(bench, ann, '"first"', { messageId: "m" }), "none");
  bench.log.holdAppends(false);
  bench.settle();
  assertEquals(answers(ann), ["at 0"]);
  assertEquals(bob.texts, ['"first"', '"second"', '"third"']);
  assertEquals(bob.publications.map(({ messageId }) => messageId), ["m", "m#2", "m#3"]);
  assertEquals(logged(bench, "audit"), ['{"by":"ann"}']);

  assertEquals(ask(bench, ann, '"first"', { messageId: "m" }), "again 0");
  assertEquals(bench.telemetry.counted("publishes_duplicate"), 1);
  assertEquals([logged(bench, "chat").length, logged(bench, "audit").length], [3, 1]);
});

Deno.test("inbound: of a publish that is sent again, what is missing is appended", () => {
  let copies = 1;
  using bench = benchOf((publish) => range(1, copies).pipe(concatMap((n) => of(publish.with({ json: n })))));
  const ann = bench.connect("ann");
  ask(bench, ann, "0", { messageId: "m" });
  copies = 3;
  assertEquals(ask(bench, ann, "0", { messageId: "m" }), "again 0");
  assertEquals(logged(bench, "chat"), ["1", "2", "3"]);
});

Deno.test("inbound: outputs on two channels of one topic and key do not count for each other", () => {
  using bench = benchOf((publish) => [publish, publish.with({ channel: "also:lobby", json: "other" })]);
  const ann = bench.subscriber("ann", "chat:lobby");
  ask(bench, ann, '"one"', { messageId: "m".repeat(64) });
  assertEquals(ann.texts, ['"one"', '"other"']);
  assertEquals(ask(bench, ann, '"one"', { messageId: "m".repeat(64) }), "again 0");
  assertEquals(logged(bench, "chat").length, 2);
});

Deno.test("inbound: a direct message that a pipeline makes has its sent copy", () => {
  using bench = benchOf((publish) => [publish.with({ channel: "user:bob" }), publish.with({ channel: "user:cat" })]);
  const [bob, ann, other] = [bench.connect("bob"), bench.connect("ann"), bench.connect("ann")];
  assertEquals(ask(bench, ann, '"hi"', { messageId: "m" }), "at 0");
  assertEquals(bob.publications.map(({ sender }) => sender), ["ann"]);
  assertEquals(other.publications.map(({ channel, to }) => [channel as string, to as string]), [
    ["user:ann", "user:bob"],
    ["user:ann", "user:cat"],
  ]);
  assertEquals(ann.publications, []);
});

Deno.test("inbound: a pipeline that does not complete in time writes nothing, not even what it emitted", () => {
  using bench = benchOf<string>((publish) => publish.json === "stuck" ? concat(of(publish), NEVER) : of(publish), {
    settings: { pipeline: { outputs: 16, ms: 500 } },
  });
  const ann = bench.connect("ann");
  assertEquals(ask(bench, ann, '"stuck"'), "none");
  ask(bench, ann, '"next"');
  bench.clock.advance(499);
  assertEquals(answers(ann), []);
  bench.clock.advance(1);
  assertEquals(answers(ann), ["pipeline_timeout", "at 0"]);
  assertEquals(logged(bench, "chat"), ['"next"']);
  assertEquals([bench.telemetry.counted("pipeline_timeouts"), bench.telemetry.counted("pipeline_failed") ?? 0], [1, 0]);
});

Deno.test("inbound: the wait for those before it counts for the time in which a publish is answered", () => {
  using bench = benchOf(() => NEVER, { settings: { answerMs: 1_000, pipeline: { outputs: 16, ms: 400 } } });
  const ann = bench.connect("ann");
  for (let at = 0; at < 10; at++) ask(bench, ann, "1");
  bench.clock.advance(1_000);
  assertEquals(answers(ann).length, 10);
  assertEquals(logged(bench, "chat"), []);
});

Deno.test("inbound: publishes of a session to a channel keep their order, other channels and sessions do not wait", () => {
  using bench = benchOf<number>((publish, { scheduler }) => of(publish).pipe(delay(publish.json, scheduler)));
  const [ann, bob] = [bench.connect("ann"), bench.connect("bob")];
  ask(bench, ann, "300");
  ask(bench, ann, "100");
  ask(bench, ann, "200", { channel: "chat:other" });
  ask(bench, bob, "50");
  bench.clock.advance(299);
  assertEquals(logged(bench, "chat").sort(), ["200", "50"]);
  bench.clock.advance(101);
  assertEquals(logged(bench, "chat").filter((text) => text === "300" || text === "100"), ["300", "100"]);
  assertEquals([answers(ann).length, answers(bob).length], [3, 1]);
});

Deno.test("inbound: a pipeline ends with its session, and writes nothing any more", () => {
  let ended = 0;
  using bench = benchOf((publish, { scheduler }) => of(publish).pipe(delay(100, scheduler), finalize(() => ended++)));
  const ann = bench.connect("ann");
  ask(bench, ann, "1");
  assertEquals(ended, 0);
  ann.end();
  assertEquals(ended, 1);
  bench.clock.advance(1_000);
  assertEquals(logged(bench, "chat"), []);
});

Deno.test("inbound: reading pauses while too many publishes are in a pipeline", () => {
  using bench = benchOf((publish, { scheduler }) => of(publish).pipe(delay(10, scheduler)), {
    settings: { publishesInFlight: 4 },
  });
  const ann = bench.connect("ann");
  for (let at = 0; at < 4; at++) ask(bench, ann, String(at));
  assertEquals(ann.reading, ["pause"]);
  bench.clock.advance(40);
  assertEquals(ann.reading, ["pause", "resume"]);
  assertEquals(logged(bench, "chat"), ["0", "1", "2", "3"]);
});

Deno.test("inbound: the payload is of the route's kind", () => {
  const seen: (string | undefined)[] = [];
  for (const kind of ["json", "text", "bytes"] as const) {
    using bench = benchOf((publish) => {
      seen.push(publish.payload?.kind, publish.text === "hi" ? "hi" : publish.text);
      return [publish, { text: "more" }];
    }, { chat: { payload: kind } });
    const ann = bench.connect("ann");
    const answer = ask(bench, ann, '"hi"');
    assertEquals(answer, kind === "bytes" ? "bad_payload" : "at 0");
    if (kind === "json") assertEquals(logged(bench, "chat"), ['"hi"', '"more"']);
    if (kind === "text") assertEquals(logged(bench, "chat"), ["hi", "more"]);
  }
  assertEquals(seen, ["json", '"hi"', "text", "hi"]);
});

Deno.test("inbound: however long each publish takes, each has one answer, and sessions' channels keep their order", () => {
  const publishing = fc.record({ session: fc.nat(2), room: fc.nat(1), ms: fc.nat(60), pause: fc.nat(30) });
  holds(
    fc.property(fc.array(publishing, { maxLength: 30 }), (list) => {
      using bench = benchOf<[number, number]>(
        (publish, { scheduler }) => of(publish, publish).pipe(delay(publish.json[1], scheduler)),
        { settings: { pipeline: { outputs: 2, ms: 50 } } },
      );
      const clients = ["ann", "bob", "cat"].map((user) => bench.connect(user));
      const sent = new Map<string, number[]>();
      list.forEach(({ session, room, ms, pause }, at) => {
        ask(bench, clients[session]!, `[${at},${ms}]`, { channel: `chat:${room}` });
        const lane = `${clients[session]!.session} ${room}`;
        sent.set(lane, [...sent.get(lane) ?? [], ...ms <= 50 ? [at, at] : []]);
        bench.clock.advance(pause);
      });
      bench.clock.advance(10_000);
      clients.forEach((client, session) => {
        assertEquals(answers(client).length, list.filter((doing) => doing.session === session).length);
      });
      const written = new Map([...sent.keys()].map((lane): [string, number[]] => [lane, []]));
      for (const { key, headers, value } of bench.records("chat")) {
        const lane = `${headerText(headers, "tidegate-session")} ${key}`;
        written.get(lane)!.push(JSON.parse(new TextDecoder().decode(value!))[0]);
      }
      assertEquals(written, sent);
    }),
    { runs: 200 },
  );
});

Deno.test("inbound: what is in a pipeline behind a publish that the log did not take is not written in front of it", () => {
  using bench = benchOf<number>((publish, { scheduler }) => of(publish).pipe(delay(100, scheduler)));
  const [ann, bob] = [bench.connect("ann"), bench.connect("bob")];
  bench.log.failNextAppend("unknown-not-written");
  for (const n of [1, 2, 3]) ask(bench, ann, String(n), { messageId: `m${n}` });
  ask(bench, ann, "9", { channel: "chat:other" });
  bench.clock.advance(20);
  ask(bench, bob, "8");
  bench.clock.advance(400);
  assertEquals(answers(ann).filter((answer) => answer === "unavailable").length, 3);
  assertEquals([answers(ann).length, answers(bob).map((answer) => answer.startsWith("at"))], [4, [true]]);
  bench.clock.advance(1_000);
  for (const n of [1, 2, 3]) ask(bench, ann, String(n), { messageId: `m${n}` });
  bench.clock.advance(400);
  assertEquals(logged(bench, "chat").filter((text) => Number(text) < 4), ["1", "2", "3"]);
});
