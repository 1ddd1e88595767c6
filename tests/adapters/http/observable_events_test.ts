import { assertEquals, assertRejects } from "@std/assert";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { concat, EMPTY, NEVER, Observable, of, Subject, throwError } from "rxjs";
import { eventStream } from "../../../adapters/http/mod.ts";
import { TestClock } from "./test_clock.ts";
import fc from "fast-check";

const clock = new TestClock();
const { scheduler } = clock;

function parse(text: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  createParser({ onEvent: (event) => events.push(event) }).feed(text);
  return events;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

Deno.test("an observable is served as events, and the response ends with it", async () => {
  const response = eventStream(of({ id: 1, event: "price", data: "a\nb", retry: 500 }, { data: "" }), { scheduler });
  assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const text = await response.text();
  assertEquals(parse(text), [{ id: "1", event: "price", data: "a\nb" }, { id: undefined, event: undefined, data: "" }]);
  assertEquals(await eventStream(EMPTY, { scheduler }).text(), "");
  assertEquals(clock.pending, 0);
});

Deno.test("any text comes to the client as it was, spaces at the beginning of lines too", async () => {
  const texts = fc.sample(fc.string({ unit: fc.constantFrom(" ", "\n", ":", "a", "é", "\t") }), 200);
  const response = eventStream(of(...texts.map((data) => ({ data }))), { scheduler });
  assertEquals(parse(await response.text()).map(({ data }) => data), texts);
});

Deno.test("a client that leaves is unsubscribed, and leaves no timer", async () => {
  let subscribed = 0;
  const source = new Observable<{ data: string }>((subscriber) => {
    subscribed++;
    subscriber.next({ data: "a" });
    return () => void subscribed--;
  });
  const reader = eventStream(source, { scheduler }).body!.getReader();
  await reader.read();
  assertEquals(subscribed, 1);
  await reader.cancel();
  assertEquals([subscribed, clock.pending], [0, 0]);
});

Deno.test("an error breaks the response off", async () => {
  const response = eventStream(concat(of({ data: "a" }), throwError(() => new Error("gone"))), { scheduler });
  await assertRejects(() => response.text(), Error, "gone");
  assertEquals(clock.pending, 0);
});

Deno.test("a client that does not keep up is broken off, and the source left", async () => {
  const source = new Subject<{ data: string }>();
  const response = eventStream(source, { scheduler, queueLength: 100 });
  const reader = response.body!.getReader();
  source.next({ data: "x".repeat(90) });
  await settle();
  for (let at = 0; at < 4; at++) source.next({ data: "x".repeat(90) });
  assertEquals(source.observed, false);
  await assertRejects(
    async () => {
      while (!(await reader.read()).done) { /* What it had taken may still come. */ }
    },
    Error,
    "100 characters",
  );
});

Deno.test("a silent stream has a comment now and then", async () => {
  const reader = eventStream(NEVER, { scheduler, pingSeconds: 20 }).body!.getReader();
  const first = reader.read();
  await settle();
  clock.advance(20_000);
  assertEquals(new TextDecoder().decode((await first).value), ": ping\n\n");
  await reader.cancel();
  assertEquals(clock.pending, 0);
});
