import { assertEquals } from "@std/assert";
import { timeByFunction } from "../../bench/profile/cpu_profile.ts";
import { heapByKind } from "../../bench/profile/heap_snapshot.ts";

Deno.test("a function's own time is what it was on top, and once what it was on the stack, also where it calls itself", () => {
  const frame = (functionName: string) => ({ functionName, url: "file:///x/domain/y.ts", lineNumber: 4 });
  const { self, inclusive } = timeByFunction({
    nodes: [
      { id: 1, callFrame: frame("main"), children: [2] },
      { id: 2, callFrame: frame("walk"), children: [3] },
      { id: 3, callFrame: frame("walk") },
    ],
    samples: [1, 2, 3, 3],
    timeDeltas: [10, 20, 30, 40],
  });
  assertEquals(self, [["walk domain/y.ts:5", 0.9], ["main domain/y.ts:5", 0.1]]);
  assertEquals(Object.fromEntries(inclusive), { "main domain/y.ts:5": 1, "walk domain/y.ts:5": 0.9 });
});

Deno.test("objects of one kind are summed up, wherever their scopes are, and the largest sum is first", () => {
  const kinds = heapByKind({
    snapshot: { meta: { node_fields: ["type", "name", "id", "self_size"], node_types: [["object", "closure"]] } },
    nodes: [0, 0, 1, 16, 0, 1, 3, 24, 1, 2, 5, 30],
    strings: ["Context @17", "Context @4", "flush"],
  });
  assertEquals(kinds, [{ kind: "object Context", count: 2, bytes: 40 }, {
    kind: "closure flush",
    count: 1,
    bytes: 30,
  }]);
});
