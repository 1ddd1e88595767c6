import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LeanMap } from "../../domain/lean_map.ts";
import { LeanSet } from "../../domain/lean_set.ts";

/** What is done: mostly with one key, sometimes with a few. */
const steps = fc.array(fc.record({ kind: fc.constantFrom("put", "delete"), at: fc.nat(3), value: fc.nat(5) }));

Deno.test("lean map: it is a map, with any number of entries", () => {
  fc.assert(fc.property(steps, (list) => {
    const [lean, full] = [new LeanMap<string, number>(), new Map<string, number>()];
    for (const { kind, at, value } of list) {
      const key = `key ${at}`;
      if (kind === "delete") assertEquals(lean.delete(key), full.delete(key));
      else {
        lean.set(key, value);
        full.set(key, value);
      }
      assertEquals(lean.size, full.size);
      assertEquals(lean.get(key), full.get(key));
      assertEquals(lean.has(key), full.has(key));
      assertEquals([...lean], [...full]);
      assertEquals([...lean.values()], [...full.values()]);
    }
  }));
});

Deno.test("lean set: it is a set, with any number of members", () => {
  const members = [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }];
  fc.assert(fc.property(steps, (list) => {
    const [lean, full] = [new LeanSet<object>(), new Set<object>()];
    for (const { kind, at } of list) {
      const member = members[at]!;
      if (kind === "delete") assertEquals(lean.delete(member), full.delete(member));
      else {
        lean.add(member);
        full.add(member);
      }
      assertEquals(lean.size, full.size);
      assertEquals(members.map((one) => lean.has(one)), members.map((one) => full.has(one)));
      assertEquals([...lean], [...full]);
    }
  }));
});

Deno.test("lean map: what is taken out while its values are read is read or left out, and nothing is read twice", () => {
  for (const size of [1, 2, 5]) {
    const map = new LeanMap<number, string>();
    for (let key = 0; key < size; key++) map.set(key, `value ${key}`);
    const read: string[] = [];
    for (const value of map.values()) {
      read.push(value);
      map.delete(read.length - 1);
    }
    assertEquals([read.length, map.size], [size, 0]);
  }
});
