/** The checker finds what it is there for. */
import { assertEquals } from "@std/assert";
import type { ReadRecord } from "../kafka/topics.ts";
import { checkEvidence, writtenTwice } from "./check_evidence.ts";
import type { Evidence, Publish, Told } from "./evidence.ts";

const CHANNEL = "chat:a";

/** A topic of one partition with messages of senders `a` and `b`, such as `a-1`. */
function log(...messageIds: readonly string[]): ReadRecord[] {
  return messageIds.map((messageId, offset) => ({
    partition: 0,
    offset,
    key: "a",
    value: null,
    headers: { "tidegate-message-id": messageId, "tidegate-sender": messageId[0]! },
  }));
}

/** A publish, acked at an offset of partition 0, or not acked. */
function publish(messageId: string, offset?: number, duplicate = false): Publish {
  const [sender = "", n] = messageId.split("-");
  const made = { sender, channel: CHANNEL, messageId, n: Number(n) };
  return offset === undefined ? made : { ...made, answer: { kind: "acked", partition: 0, offset, duplicate } };
}

const SUBSCRIBED: Told = { kind: "subscribed", channel: CHANNEL, recovered: true };

function got(...messageIds: readonly string[]): Told[] {
  return messageIds.map((messageId) => ({ kind: "publication", channel: CHANNEL, messageId }));
}

/** What the checker says of a log of `a-1 a-2 b-1 a-3` and what else differs. */
function breaches(
  { told = [SUBSCRIBED, ...got("a-1", "a-2", "b-1", "a-3")], mayHear = [], ...rest }:
    & Partial<Pick<Evidence, "records" | "publishes">>
    & { readonly told?: readonly Told[]; readonly mayHear?: readonly string[] },
): string[] {
  const publishes = [publish("a-1", 0), publish("a-2", 1), publish("a-3", 3), publish("b-1", 2)];
  const evidence = { records: log("a-1", "a-2", "b-1", "a-3"), publishes, ...rest };
  const subscribers = [{ name: "s", channels: [CHANNEL], told, mayHear }];
  return checkEvidence({ ...evidence, subscribers }).map(({ breach, text }) => `${breach}: ${text}`);
}

Deno.test("checker: nothing is wrong where every promise was kept", () => {
  assertEquals(breaches({}), []);
});

Deno.test("checker: what was not acked may be in the log or not, and is delivered where it is", () => {
  const publishes = [publish("a-1", 0), publish("a-2"), publish("a-3", 3), publish("b-1", 2), publish("b-2")];
  assertEquals(breaches({ publishes }), []);
});

Deno.test("checker: an acked publish that is not in the log is lost", () => {
  const publishes = [publish("a-1", 0), publish("a-2", 1), publish("a-3", 3), publish("b-1", 2), publish("b-2", 4)];
  assertEquals(breaches({ publishes }), ["lost: b-2 to chat:a was acked at 0@4 and is not in the log"]);
});

Deno.test("checker: an acked publish that is elsewhere in the log than its answer said is lost", () => {
  const publishes = [publish("a-1", 0), publish("a-2", 1), publish("a-3", 3), publish("b-1", 1)];
  assertEquals(breaches({ publishes }), ["lost: b-1 to chat:a was acked at 0@1 and is at 0@2"]);
});

Deno.test("checker: a record that is there twice is no breach, delivered twice it is", () => {
  const records = log("a-1", "a-2", "b-1", "a-1", "a-2", "a-3");
  const publishes = [publish("a-1", 0, true), publish("a-2", 4), publish("a-3", 5), publish("b-1", 2)];
  assertEquals(breaches({ records, publishes }), []);
  assertEquals(writtenTwice({ records }), 2);
  const told = [SUBSCRIBED, ...got("a-1", "a-2", "b-1", "a-1", "a-3")];
  assertEquals(breaches({ records, publishes, told }), ["doubled: s on chat:a: got a-1 twice"]);
});

Deno.test("checker: messages that are swapped on their way are out of order", () => {
  const told = [SUBSCRIBED, ...got("a-1", "b-1", "a-2", "a-3")];
  assertEquals(breaches({ told }), ["disordered: s on chat:a: got a-2 after b-1"]);
});

Deno.test("checker: messages that the log has in another order than their sender made them are out of order", () => {
  const records = log("a-2", "a-1", "b-1", "a-3");
  const publishes = [publish("a-1", 1), publish("a-2", 0), publish("a-3", 3), publish("b-1", 2)];
  const told = [SUBSCRIBED, ...got("a-2", "a-1", "b-1", "a-3")];
  assertEquals(breaches({ records, publishes, told }), ["disordered: a-1 is after a-2 in partition 0 of chat:a"]);
});

Deno.test("checker: a gap that nobody was told of is found, in the middle, at the beginning and at the end", () => {
  assertEquals(breaches({ told: [SUBSCRIBED, ...got("a-1", "b-1", "a-3")] }), [
    "gap: s on chat:a: a-2 is missing before b-1",
  ]);
  assertEquals(breaches({ told: [SUBSCRIBED, ...got("a-2", "b-1", "a-3")] }), [
    "gap: s on chat:a: a-1 is missing before a-2",
  ]);
  assertEquals(breaches({ told: [SUBSCRIBED, ...got("a-1", "a-2")] }), [
    "gap: s on chat:a: the last 2 are missing, from b-1 on",
  ]);
  assertEquals(breaches({ told: [SUBSCRIBED, ...got("a-1"), SUBSCRIBED, ...got("b-1", "a-3")] }), [
    "gap: s on chat:a: a-2 is missing before b-1",
  ]);
});

Deno.test("checker: a subscriber that was told of a loss for the right reason may miss what is before, once", () => {
  const expired: Told = { kind: "subscribed", channel: CHANNEL, recovered: false, reason: "expired" };
  const told = [SUBSCRIBED, ...got("a-1"), expired, ...got("b-1", "a-3")];
  assertEquals(breaches({ told, mayHear: ["expired"] }), []);
  assertEquals(breaches({ told }), ["untrue: s on chat:a: was told expired (subscribed)"]);
  const again = [SUBSCRIBED, expired, ...got("a-2", "a-3")];
  assertEquals(breaches({ told: again, mayHear: ["expired"] }), ["gap: s on chat:a: b-1 is missing before a-3"]);
  const gap: Told = { kind: "gap", channel: CHANNEL, reason: "log_changed" };
  assertEquals(breaches({ told: [SUBSCRIBED, gap, ...got("a-3")], mayHear: ["log_changed"] }), []);
});

Deno.test("checker: what nobody published, and a subscriber whom nobody answered, are found", () => {
  assertEquals(breaches({ told: [SUBSCRIBED, ...got("a-1", "a-2", "b-1", "a-3", "b-9")] }), [
    "untrue: s on chat:a: got b-9, which is not in the log",
  ]);
  assertEquals(breaches({ told: [] }), [
    "gap: s on chat:a: was never subscribed",
    "gap: s on chat:a: the last 4 are missing, from a-1 on",
  ]);
  const records = [...log("a-1", "a-2", "b-1", "a-3", "c-1")];
  assertEquals(breaches({ records, told: [SUBSCRIBED, ...got("a-1", "a-2", "b-1", "a-3", "c-1")] }), [
    "untrue: c-1 in 0 of chat:a: nobody published it",
  ]);
});

Deno.test("checker: a channel that has moved to another partition is in order partition by partition", () => {
  const records = [...log("a-1", "a-3"), ...log("b-1", "a-4").map((record) => ({ ...record, partition: 1 }))];
  const acked = (messageId: string, partition: number, offset: number): Publish => ({
    ...publish(messageId),
    answer: { kind: "acked", partition, offset, duplicate: false },
  });
  const publishes = [acked("a-1", 0, 0), acked("a-3", 0, 1), acked("a-4", 1, 1), acked("b-1", 1, 0)];
  assertEquals(breaches({ records, publishes, told: [SUBSCRIBED, ...got("b-1", "a-1", "a-4", "a-3")] }), []);
  assertEquals(breaches({ records, publishes, told: [SUBSCRIBED, ...got("b-1", "a-1", "a-3")] }), [
    "gap: s on chat:a: the last 1 are missing, from a-4 on",
  ]);
  // Who was away while it moved is told, and goes on in the new one.
  const changed: Told = { kind: "subscribed", channel: CHANNEL, recovered: false, reason: "log_changed" };
  const away = { records, publishes, told: [SUBSCRIBED, ...got("a-1"), changed, ...got("a-4")] };
  assertEquals(breaches({ ...away, mayHear: ["log_changed"] }), []);
  const silent = { ...away, told: [SUBSCRIBED, ...got("a-1"), changed] };
  assertEquals(breaches({ ...silent, mayHear: ["log_changed"] }), [
    "gap: s on chat:a: the last 1 are missing, from a-3 on",
    "gap: s on chat:a: the last 2 are missing, from b-1 on",
  ]);
});
