import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { UserId } from "../../domain/channel.ts";
import { CONTROL_TOPIC, denialKey, DenyList, parseDenialKey } from "../../domain/deny_list.ts";
import type { StoredRecord } from "../../domain/log_record.ts";
import type { Batch } from "../../domain/ports/log.ts";

const NOW = 1_763_830_000_000;
const place = { topic: CONTROL_TOPIC, partition: 0 };
const utf8 = new TextEncoder();

/** A list of one partition that was read whole, and takes records. */
function list(): { denials: DenyList; put: (key: string | null, value: unknown, now?: number) => readonly unknown[] } {
  const denials = new DenyList();
  let next = 0;
  denials.learn({ available: true, topics: new Map([[CONTROL_TOPIC, { partitions: 1, durability: "strong" }]]) }, NOW);
  denials.start(place, { low: 0, high: 0 }, NOW);
  return {
    denials,
    put(key, value, now = NOW) {
      const bytes = value === null ? null : utf8.encode(typeof value === "string" ? value : JSON.stringify(value));
      const record: StoredRecord = { ...place, offset: next++, time: now, key, value: bytes, headers: {} };
      return denials.take(batchOf([record], next - 1, next), now);
    },
  };
}

function batchOf(records: readonly StoredRecord[], from: number, to: number): Batch {
  return { ...place, from, to, high: to, records, done: () => {} };
}

const ann = { user: "ann" as UserId };

Deno.test("a user and a token are denied by their keys, and let in again by tombstones", () => {
  const { denials, put } = list();
  put("user:ann", {});
  put("token:t-1", {});
  assertEquals(denials.denies(ann, NOW), true);
  assertEquals(denials.denies({ user: "bob" as UserId, token: "t-1" }, NOW), true);
  assertEquals(denials.denies({ user: "bob" as UserId, token: "t-2" }, NOW), false);
  assertEquals(denials.denies({ user: "t-1" as UserId, token: "ann" }, NOW), false);
  put("user:ann", null);
  assertEquals([denials.denies(ann, NOW), denials.size], [false, 1]);
});

Deno.test("a denial ends at its until, and one that has ended is not kept", () => {
  const { denials, put } = list();
  put("user:ann", { reason: "spam", until: NOW + 1_000 });
  assertEquals([denials.denies(ann, NOW + 999), denials.denies(ann, NOW + 1_000)], [true, false]);
  put("user:ann", { until: NOW - 1 });
  assertEquals([denials.denies(ann, NOW), denials.size], [false, 0]);
});

Deno.test("what cannot be understood denies for ever, and what denies nobody is told", () => {
  for (const value of ["", "no JSON", "[]", "null", '{"until":"tomorrow"}', "\ufffe"]) {
    const { denials, put } = list();
    assertStringIncludes(JSON.stringify(put("user:ann", value)), "problem");
    assertEquals(denials.denies(ann, NOW + 1e12), true, value);
  }
  for (const key of [null, "", "ann", "user:", "user:a:b", "users:ann", "token:", `token:${"x".repeat(257)}`]) {
    const { denials, put } = list();
    assertStringIncludes(JSON.stringify(put(key, {})), "its key is neither");
    assertEquals(denials.size, 0);
  }
});

Deno.test("a user's UUID is one user in either case", () => {
  const { denials, put } = list();
  put("user:0A0B0C0D-0000-4000-8000-000000000001", {});
  assertEquals(denials.denies({ user: "0a0b0c0d-0000-4000-8000-000000000001" as UserId }, NOW), true);
});

Deno.test("nobody is let in before the list was read whole, over all of its partitions", () => {
  const denials = new DenyList();
  const topics = new Map([[CONTROL_TOPIC, { partitions: 2, durability: "strong" as const }]]);
  assertEquals(denials.refusal(ann, NOW)?.code, 4004);
  denials.start(place, { low: 3, high: 5 }, NOW);
  denials.start({ ...place, partition: 1 }, { low: 0, high: 0 }, NOW);
  denials.learn({ available: true, topics }, NOW);
  assertStringIncludes(denials.problem(NOW)!, "still reading");
  denials.take({ ...batchOf([], 3, 4), high: 5 }, NOW);
  denials.seen(NOW);
  assertStringIncludes(denials.problem(NOW)!, "still reading");
  denials.take(batchOf([], 4, 5), NOW);
  assertEquals(denials.problem(NOW), undefined);
});

Deno.test("a list that was not seen whole for over half a minute is not trusted, until it is seen again", () => {
  const { denials } = list();
  assertEquals(denials.refusal(ann, NOW + 30_000), undefined);
  assertEquals(denials.refusal(ann, NOW + 35_001)?.code, 4004);
  denials.seen(NOW + 40_000);
  assertEquals(denials.refusal(ann, NOW + 60_000), undefined);
});

Deno.test("a million denials that have ended do not stay", () => {
  const { denials, put } = list();
  for (let at = 0; at < 20_000; at++) put(`token:${at}`, { until: NOW + at + 1 }, NOW + at);
  assertEquals(denials.size <= 2_000, true, String(denials.size));
});

Deno.test("every key that is written is read as what it was, and denies that alone", () => {
  const id = fc.stringMatching(/^[A-Za-z0-9_.~-]{1,30}$/).filter((text) => !/^[0-9a-f-]{36}$/i.test(text));
  fc.assert(fc.property(fc.constantFrom("user", "token"), id, (kind, id) => {
    const denied = { kind, id } as Parameters<typeof denialKey>[0];
    assertEquals(parseDenialKey(denialKey(denied)), denied);
  }));
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
    const denied = parseDenialKey(text);
    if (denied) assertEquals(denialKey(denied), text);
  }));
});
