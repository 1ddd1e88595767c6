import { assertEquals } from "@std/assert";
import type { Channel, UserId } from "../../../domain/channel.ts";
import { Roll } from "../../../domain/roll.ts";

const [ANN, BOB] = ["ann", "bob"].map((user) => ({ channel: "room:a" as Channel, user: user as UserId })) as [
  { channel: Channel; user: UserId },
  { channel: Channel; user: UserId },
];

Deno.test("a user joins with the first node and leaves with the last, whatever is said of the others", () => {
  const roll = new Roll();
  assertEquals(roll.set(ANN, { node: "x", sessions: 0 }), undefined);
  assertEquals([roll.size, roll.present(ANN.channel)], [0, []]);
  assertEquals(roll.set(ANN, { node: "x", sessions: 2 }), { kind: "joined", ...ANN });
  assertEquals(roll.set(BOB, { node: "x", sessions: 1 })?.kind, "joined");
  assertEquals(roll.set(ANN, { node: "y", sessions: 1 }), undefined);
  assertEquals(roll.present(ANN.channel), [{ user: "ann", sessions: 3 }, { user: "bob", sessions: 1 }]);
  assertEquals(roll.set(ANN, { node: "x", sessions: 0 }), undefined);
  assertEquals(roll.set(ANN, { node: "z", sessions: 0 }), undefined);
  assertEquals(roll.set(ANN, { node: "y", sessions: 0 }), { kind: "left", ...ANN });
  assertEquals(roll.set(ANN, { node: "y", sessions: 0 }), undefined);
  assertEquals([roll.size, roll.present(ANN.channel)], [1, [{ user: "bob", sessions: 1 }]]);
});
