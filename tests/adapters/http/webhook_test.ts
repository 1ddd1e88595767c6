import { assert, assertEquals } from "@std/assert";
import { Subject } from "rxjs";
import { HttpRefused, type Posted, webhook, type WebhookOptions } from "../../../adapters/http/mod.ts";
import type { Delivery } from "../../../streams/delivery.ts";
import { StubServer } from "./stub_fetch.ts";

function post(server: StubServer, options: WebhookOptions<string> = {}) {
  const source = new Subject<Delivery<string>>();
  const done: string[] = [];
  const posted: Posted<string>[] = [];
  const outcome: { error?: unknown; completed?: true } = {};
  const subscription = source.pipe(webhook("https://hook.test/", { ...server.options, ...options })).subscribe({
    next: (one) => posted.push(one),
    error: (error) => outcome.error = error,
    complete: () => outcome.completed = true,
  });
  const deliver = (...values: string[]) =>
    values.forEach((value) => source.next({ value, done: () => void done.push(value) }));
  return { deliver, done, posted, outcome, subscription, source };
}

const status = (code: number, headers: Record<string, string> = {}) => () =>
  new Response(code === 204 ? null : "x", { status: code, headers });
const bodies = (server: StubServer) => server.asked.map(({ init }) => init.body);
const keys = (server: StubServer) => server.asked.map(({ headers }) => headers.get("idempotency-key"));

Deno.test("a delivery is posted as JSON, and done when it was answered 2xx, one after another", async () => {
  const server = new StubServer(status(200), status(204));
  const { deliver, done, posted, outcome, source } = post(server);
  deliver("a", "b");
  assertEquals(done, []);
  await server.pass();
  source.complete();
  await server.pass();
  assertEquals([bodies(server), done, outcome], [['"a"', '"b"'], ["a", "b"], { completed: true }]);
  assertEquals(posted, [{ value: "a", status: 200 }, { value: "b", status: 204 }]);
  const [first] = server.asked;
  assertEquals([first!.init.method, first!.headers.get("content-type")], ["POST", "application/json"]);
  assertEquals(new Set(keys(server)).size, 2);
});

Deno.test("what fails for now is posted again with the same key, and those behind it wait", async () => {
  const server = new StubServer(
    status(503),
    () => Promise.reject(new TypeError("reset")),
    status(429, { "retry-after": "5" }),
    status(408),
    status(425),
    status(200),
  );
  const { deliver, done } = post(server);
  deliver("a", "b");
  await server.pass();
  for (const wait of [500, 1000, 2000 + 5000, 4000, 4000]) await server.pass(wait);
  assertEquals([done, bodies(server)], [["a", "b"], [...Array(6).fill('"a"'), '"b"']]);
  assertEquals(new Set(keys(server).slice(0, 6)).size, 1);
});

Deno.test("a server that does not answer in time is asked again, and its late answer counts for nothing", async () => {
  const late = Promise.withResolvers<Response>();
  const server = new StubServer(() => late.promise, status(200));
  const { deliver, done, posted } = post(server, { timeoutMs: 10_000 });
  deliver("a");
  await server.pass(9_999);
  assertEquals(server.asked[0]!.init.signal!.aborted, false);
  await server.pass(1);
  assertEquals(server.asked[0]!.init.signal!.aborted, true);
  late.resolve(new Response("late"));
  await server.pass(500);
  assertEquals([done, posted.length, server.asked.length], [["a"], 1, 2]);
});

Deno.test("a value that is refused for good ends the sink, undone; or is done where it is dealt with", async () => {
  for (const code of [301, 400, 409, 410, 422]) {
    const strict = new StubServer(status(code));
    const ended = post(strict);
    ended.deliver("a");
    await strict.pass(60_000);
    assert(ended.outcome.error instanceof HttpRefused);
    assertEquals([ended.outcome.error.status, ended.done, strict.asked.length], [code, [], 1]);
    assertEquals(strict.asked[0]!.init.redirect, "manual");

    const lenient = new StubServer(status(code), status(200));
    const refused: [string, number][] = [];
    const going = post(lenient, { refused: (value, refusal) => refused.push([value, refusal.status]) });
    going.deliver("a", "b");
    await lenient.pass();
    assertEquals([refused, going.done, going.posted.map(({ value }) => value)], [[["a", code]], ["a", "b"], ["b"]]);
  }
});

Deno.test("so many as are wanted are under way at once, and unsubscribing aborts them, undone", async () => {
  const server = new StubServer(() => new Promise(() => {}));
  const { deliver, done, subscription } = post(server, { concurrency: 3, idempotencyKey: (value) => `key-${value}` });
  deliver("a", "b", "c", "d");
  await server.pass();
  assertEquals(keys(server), ["key-a", "key-b", "key-c"]);
  subscription.unsubscribe();
  await server.pass();
  assertEquals(server.asked.map(({ init }) => init.signal!.aborted), [true, true, true]);
  assertEquals([done, server.clock.pending], [[], 0]);
});

Deno.test("what is posted, and where, is the script's to say", async () => {
  const server = new StubServer(status(200));
  const request = (value: string) => ({
    body: value,
    headers: { "content-type": "text/plain", "idempotency-key": "mine" },
    url: `https://other.test/${value}`,
  });
  post(server, { request }).deliver("a");
  await server.pass();
  const [{ url, init, headers }] = server.asked as [typeof server.asked[0]];
  assertEquals([url, init.body, headers.get("content-type"), headers.get("idempotency-key")], [
    "https://other.test/a",
    "a",
    "text/plain",
    "mine",
  ]);
});
