import { assertEquals } from "@std/assert";
import type { Channel, UserId } from "../../../domain/channel.ts";
import { PresenceFold } from "../../../domain/presence_fold.ts";
import type { PresenceWord } from "../../../domain/presence_word.ts";
import { Roll } from "../../../domain/roll.ts";

const ROOM = "room:a" as Channel;

/** A fold whose node has a heartbeat a second, and what is said in it. */
function folded() {
  const roll = new Roll();
  const fold = new PresenceFold({ node: "me", beatMs: 1_000, expiryMs: 4_000 }, roll);
  let beat = 0;
  const said = (word: PresenceWord) => fold.take(word).map(({ kind, user }) => `${kind} ${user}`);
  return {
    fold,
    roll,
    /** Heartbeats of its own come back. */
    pass: (beats: number) =>
      Array.from({ length: beats }, () => said({ kind: "beat", node: "me", beat: ++beat, expiryMs: 1 })).flat(),
    beat: (node: string, expiryMs = 4_000) => said({ kind: "beat", node, beat: 1, expiryMs }),
    member: (node: string, user: string, sessions: number) =>
      said({ kind: "member", node, member: { channel: ROOM, user: user as UserId }, sessions }),
    gone: (node: string) => said({ kind: "gone", node }),
  };
}

Deno.test("a node is gone when it was silent for its own expiry, and back with the members that are left when it is heard of", () => {
  const { fold, pass, beat, member } = folded();
  beat("long", 6_000);
  assertEquals([member("long", "ann", 1), member("long", "bob", 1)], [["joined ann"], ["joined bob"]]);
  assertEquals([pass(5), fold.living, pass(1), fold.living], [[], 1, ["left ann", "left bob"], 0]);
  assertEquals(member("long", "bob", 0), []);
  assertEquals([beat("long", 6_000), fold.expired], [["joined ann"], 1]);
});

Deno.test("a member is a sign of life, and a tombstone is none: others write it, too", () => {
  const { pass, member } = folded();
  member("other", "ann", 1);
  pass(3);
  member("other", "bob", 1);
  assertEquals(pass(3), []);
  member("other", "bob", 0);
  assertEquals(pass(1), ["left ann"]);
});

Deno.test("a node that says goodbye takes its members along, and of one that is not known nothing is kept", () => {
  const { fold, member, gone } = folded();
  assertEquals([gone("unknown"), member("unknown", "ann", 0), fold.burials()], [[], [], []]);
  member("other", "ann", 1);
  assertEquals([gone("other"), fold.living], [["left ann"], 0]);
  // Its member still stands in the log.
  assertEquals(fold.burials().map(({ kind }) => kind), ["member", "gone"]);
  member("other", "ann", 0);
  assertEquals(fold.burials().map(({ kind }) => kind), ["gone"]);
  gone("other");
  assertEquals(fold.burials(), []);
});

Deno.test("what a large node has left is removed in parts, itself last", () => {
  const { fold, pass, member, gone } = folded();
  for (let user = 0; user < 10_001; user++) member("large", `u${user}`, 1);
  pass(4);
  const first = fold.burials();
  assertEquals([first.length, first.every(({ kind }) => kind === "member")], [10_000, true]);
  for (let user = 0; user < 10_000; user++) member("large", `u${user}`, 0);
  assertEquals(fold.burials().map(({ kind }) => kind), ["member", "gone"]);
  member("large", "u10000", 0);
  assertEquals(fold.burials().map(({ kind }) => kind), ["gone"]);
  gone("large");
  assertEquals(fold.burials(), []);
});

Deno.test("a fold that is cleared has forgotten everyone", () => {
  const { fold, roll, member } = folded();
  member("other", "ann", 1);
  assertEquals(fold.clear().map(({ kind }) => kind), ["left"]);
  assertEquals([fold.living, roll.size, fold.burials()], [0, 0, []]);
});
