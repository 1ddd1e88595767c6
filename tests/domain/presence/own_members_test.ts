import { assertEquals } from "@std/assert";
import type { Channel, UserId } from "../../../domain/channel.ts";
import { type Count, OwnMembers } from "../../../domain/own_members.ts";

const ANN = { channel: "room:a" as Channel, user: "ann" as UserId };

/** What is to be written, as a text. */
function due(own: OwnMembers, beat = false): string[] {
  return own.takeDue({ beat }).map(({ member, sessions }) => `${member.user} ${sessions}`);
}

function count(sessions: number): Count {
  return { member: ANN, sessions };
}

Deno.test("who comes and goes is due at once, how many connections there are with the next heartbeat", () => {
  const own = new OwnMembers();
  own.add(ANN, 1);
  assertEquals([own.isDue, due(own)], [true, ["ann 1"]]);
  own.logged(count(1), 0, "written");
  own.add(ANN, 1);
  assertEquals([own.isDue, due(own), due(own, true)], [false, [], ["ann 2"]]);
  own.logged(count(2), 1, "written");
  own.add(ANN, -1);
  own.add(ANN, -1);
  assertEquals([own.isDue, due(own), own.size], [true, ["ann 0"], 0]);
  own.logged(count(0), 2, "written");
  assertEquals(due(own, true), []);
});

Deno.test("who comes and goes before anything was written is not written", () => {
  const own = new OwnMembers();
  own.add(ANN, 1);
  own.add(ANN, -1);
  assertEquals([own.isDue, due(own, true), own.all()], [false, [], []]);
});

Deno.test("who goes while the record of it is on its way is taken out of the log when it is there", () => {
  const own = new OwnMembers();
  own.add(ANN, 1);
  due(own);
  own.add(ANN, -1);
  assertEquals(own.all(), [ANN]);
  own.logged(count(1), 0, "written");
  assertEquals(due(own), ["ann 0"]);
  // And who comes back while the tombstone is on its way stays.
  own.add(ANN, 1);
  own.logged(count(0), 1, "written");
  assertEquals(due(own), ["ann 1"]);
});

Deno.test("where there is no log nothing is ever due, whoever comes and goes", () => {
  const own = new OwnMembers({ isWritten: false });
  own.add(ANN, 1);
  assertEquals([own.size, own.isDue, due(own, true)], [1, false, []]);
  own.add(ANN, -1);
  assertEquals([own.size, own.isDue, due(own, true)], [0, false, []]);
});

Deno.test("the newest record counts, whether it was read or written first", () => {
  const own = new OwnMembers();
  own.add(ANN, 1);
  due(own);
  own.logged(count(1), 0, "written");
  own.add(ANN, -1);
  due(own);
  own.logged(count(0), 1, "written");
  // What was written before comes back later.
  own.logged(count(1), 0, "read");
  assertEquals(due(own, true), []);
  own.logged(count(0), 1, "read");
  own.readTo(2);
  assertEquals(own.all(), []);
  // The other way around: what was read already, and replaced, is answered later.
  own.add(ANN, 1);
  due(own);
  own.logged(count(1), 2, "read");
  own.logged(count(0), 3, "read");
  own.readTo(4);
  own.logged(count(1), 2, "written");
  assertEquals(due(own), ["ann 1"]);
});

Deno.test("what others removed is due at once, and so is what they said of somebody who is not here", () => {
  const own = new OwnMembers();
  own.add(ANN, 1);
  due(own);
  own.logged(count(1), 0, "read");
  own.logged(count(0), 1, "read");
  assertEquals([own.isDue, due(own)], [true, ["ann 1"]]);
  own.logged(count(1), 2, "read");
  own.logged({ member: { ...ANN, user: "bob" as UserId }, sessions: 1 }, 3, "read");
  assertEquals(due(own), ["bob 0"]);
});

Deno.test("what may be in the log or not is written again, or taken back, with the next heartbeat", () => {
  const own = new OwnMembers();
  own.add(ANN, 1);
  due(own);
  own.unsure(count(1));
  assertEquals([own.isDue, due(own, true)], [false, ["ann 1"]]);
  own.unsure(count(1));
  own.add(ANN, -1);
  assertEquals([due(own), own.all()], [["ann 0"], [ANN]]);
});

Deno.test("a log that has lost everything is told everything again", () => {
  const own = new OwnMembers();
  own.add(ANN, 1);
  due(own);
  own.logged(count(1), 0, "written");
  own.forget();
  assertEquals(due(own), ["ann 1"]);
});
