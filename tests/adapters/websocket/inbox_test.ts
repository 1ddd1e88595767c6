import { assertEquals } from "@std/assert";
import { Inbox } from "../../../adapters/websocket/inbox.ts";

const plenty = { take: () => true };

function watch(inbox: Inbox, onNext: (message: unknown) => void = () => {}) {
  const events: unknown[] = [];
  const subscription = inbox.messages.subscribe({
    next: (message) => {
      events.push(message);
      onNext(message);
    },
    complete: () => events.push("|"),
  });
  return { events, subscription };
}

Deno.test("messages that come before the subscriber are held for it, and later ones line up behind them", () => {
  let wanted = 0;
  const inbox = new Inbox({ wanted: () => wanted++ }, plenty);
  inbox.accept("1");
  assertEquals(inbox.paused, true);
  const { events } = watch(inbox);
  assertEquals([wanted, inbox.paused, events], [1, false, []]);
  inbox.accept("2");
  assertEquals(events, []);
  inbox.release();
  inbox.accept("3");
  assertEquals(events, ["1", "2", "3"]);
});

Deno.test("a pause from within a message holds the rest, and what comes during a release keeps its place", () => {
  const inbox = new Inbox({ wanted: () => {} }, plenty);
  const { events } = watch(inbox, (message) => {
    if (message === "2") inbox.pause();
    if (message === "1") inbox.accept("4");
  });
  inbox.pause();
  for (const message of ["1", "2", "3"]) inbox.accept(message);
  inbox.release();
  assertEquals(events, []);
  inbox.resume();
  inbox.release();
  assertEquals(events, ["1", "2"]);
  inbox.resume();
  inbox.release();
  assertEquals(events, ["1", "2", "3", "4"]);
});

Deno.test("the end completes once, drops what is held, and outlasts everything", () => {
  const inbox = new Inbox({ wanted: () => {} }, plenty);
  const { events } = watch(inbox);
  inbox.pause();
  inbox.accept("held");
  inbox.end();
  inbox.end();
  inbox.resume();
  inbox.accept("late");
  inbox.release();
  assertEquals(events, ["|"]);
  assertEquals(watch(inbox).events, ["|"]);
});

Deno.test("messages for a subscriber that has left are dropped", () => {
  const inbox = new Inbox({ wanted: () => {} }, plenty);
  const { events, subscription } = watch(inbox);
  inbox.accept("1");
  subscription.unsubscribe();
  inbox.accept("2");
  assertEquals(events, ["1"]);
  assertEquals(watch(inbox).events, ["|"]);
});

Deno.test("what a turn may not pass on is passed on in later ones, in order, with what comes in the meantime behind it", () => {
  let [wanted, left] = [0, 100];
  const inbox = new Inbox({ wanted: () => wanted++ }, { take: (bytes) => left > 0 && (left -= bytes, true) });
  const { events } = watch(inbox);
  inbox.accept("1");
  inbox.accept("2");
  inbox.accept("3");
  assertEquals([events, wanted, inbox.late], [["1", "2"], 2, true]);
  left = 1;
  inbox.release();
  inbox.accept("4");
  assertEquals([events, wanted, inbox.late], [["1", "2", "3"], 3, true]);
  inbox.release();
  assertEquals([events, wanted, inbox.late], [["1", "2", "3"], 4, true]);
  left = 100;
  inbox.release();
  assertEquals([events, inbox.late, inbox.heldBytes], [["1", "2", "3", "4"], false, 0]);
});
