import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventSource, type EventSourceOptions, HttpRefused, type ServerEvent } from "../../../adapters/http/mod.ts";
import { events, StubServer } from "./stub_fetch.ts";

function open(server: StubServer, options: EventSourceOptions = {}) {
  const got: ServerEvent[] = [];
  const waits: number[] = [];
  const outcome: { error?: unknown; completed?: true } = {};
  const subscription = eventSource("https://gateway.test/events", {
    ...server.options,
    interrupted: (_, waitMs) => waits.push(waitMs),
    ...options,
  }).subscribe({
    next: (event) => got.push(event),
    error: (error) => outcome.error = error,
    complete: () => outcome.completed = true,
  });
  return { got, waits, outcome, subscription };
}

Deno.test("an event source reads events as the specification has them, in pieces of any size", async () => {
  const text =
    "\ufeff: hello\r\nid: 1\r\ndata: one\r\ndata:two\r\rid: 2\nevent: price\ndata:  é\n\ndata\n\nevent: no data\n\nid\ndata: x\n\n";
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 7, bytes.length]) {
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, at) => bytes.slice(at * size, (at + 1) * size),
    );
    const server = new StubServer(() => events(pieces, "open"));
    const { got, subscription } = open(server);
    for (let turn = 0; turn < 20; turn++) await server.pass();
    assertEquals(got, [
      { event: "message", data: "one\ntwo", id: "1" },
      { event: "price", data: " é", id: "2" },
      { event: "message", data: "", id: "2" },
      { event: "message", data: "x", id: "" },
    ], `pieces of ${size}`);
    subscription.unsubscribe();
  }
});

Deno.test("a stream that ends or breaks is opened again after its last id, and waits longer with each failure in a row", async () => {
  const server = new StubServer(
    () => events(["id: 7\ndata: a\n\n"], "break"),
    () => new Response("busy", { status: 503 }),
    () => Promise.reject(new TypeError("connection refused")),
    () => events(["id: 8\ndata: b\n\n"], "end"),
    () => events([], "open"),
  );
  const { got, waits, outcome, subscription } = open(server, { since: "6", headers: { authorization: "Bearer t" } });
  await server.pass();
  for (const wait of [500, 1000, 2000, 500]) await server.pass(wait);
  assertEquals(waits, [500, 1000, 2000, 500]);
  assertEquals(server.asked.map(({ headers }) => headers.get("last-event-id")), ["6", "7", "7", "7", "8"]);
  assertEquals(server.asked.map(({ headers }) => headers.get("authorization")), Array(5).fill("Bearer t"));
  assertEquals([got.map(({ data }) => data), outcome], [["a", "b"], {}]);
  subscription.unsubscribe();
  await server.pass();
  assertEquals([server.asked.length, server.clock.pending], [5, 0]);
});

Deno.test("what the server asks for is waited for, besides the random part", async () => {
  const server = new StubServer(
    () => events(["retry: 3000\n\n"], "end"),
    () => new Response(null, { status: 429, headers: { "retry-after": "10" } }),
    () => events([], "open"),
  );
  const { waits, subscription } = open(server);
  await server.pass();
  assertEquals(waits, [3500]);
  await server.pass(3499);
  assertEquals(server.asked.length, 1);
  await server.pass(1);
  assertEquals([server.asked.length, waits], [2, [3500, 11_000]]);
  await server.pass(11_000);
  assertEquals(server.asked.length, 3);
  subscription.unsubscribe();
});

Deno.test("a stream that is silent is opened again; comments are no silence", async () => {
  const server = new StubServer(() => events([": ping\n\n"], "open"));
  const { subscription } = open(server, { silenceMs: 60_000 });
  await server.pass(59_999);
  assertEquals(server.asked.length, 1);
  assertEquals(server.asked[0]!.init.signal!.aborted, false);
  await server.pass(1);
  assertEquals(server.asked[0]!.init.signal!.aborted, true);
  await server.pass(500);
  assertEquals(server.asked.length, 2);
  subscription.unsubscribe();
});

Deno.test("headers may be asked for anew for each request, and their failure is tried again", async () => {
  let made = 0;
  const server = new StubServer(() => events([], "end"));
  const { subscription } = open(server, {
    headers: () => {
      if (++made === 2) throw new Error("no token now");
      return { authorization: `Bearer ${made}` };
    },
  });
  await server.pass();
  for (const wait of [500, 1000]) await server.pass(wait);
  assertEquals(server.asked.map(({ headers }) => headers.get("authorization")), ["Bearer 1", "Bearer 3"]);
  subscription.unsubscribe();
});

Deno.test("204 completes; what will stay wrong errors with the status and what was said", async () => {
  const done = open(new StubServer(() => new Response(null, { status: 204 })));
  const cases: [() => Response, number, string][] = [
    [() => Response.json({ error: { code: "forbidden" } }, { status: 403 }), 403, '"forbidden"'],
    [() => new Response("x".repeat(10_000), { status: 404 }), 404, "HTTP 404"],
    [() => new Response("<html>", { headers: { "content-type": "text/html" } }), 200, "text/html"],
    [() => events([`data: ${"x".repeat(300)}`], "open"), 200, "buffer"],
  ];
  for (const [answer, status, words] of cases) {
    const server = new StubServer(answer);
    const { outcome } = open(server, { maxEventLength: 200 });
    await server.pass(60_000);
    const { error } = outcome;
    assert(error instanceof HttpRefused, String(error));
    assertEquals([error.status, server.asked.length, error.body.length <= 500], [status, 1, true]);
    assertStringIncludes(error.message, words);
    assertEquals(server.clock.pending, 0);
  }
  assertEquals(done.outcome, { completed: true });
});
