import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { handOut } from "../../../adapters/jobs/hand_out.ts";
import { OffsetRing } from "../../../adapters/jobs/offset_ring.ts";
import type { StoredRecord } from "../../../domain/log_record.ts";
import type { Delivery } from "../../../streams/delivery.ts";
import { holds } from "../../holds.ts";

function recordAt(partition: number, offset: number, bytes = 1): StoredRecord {
  return { topic: "t", partition, offset, time: 0, key: null, value: new Uint8Array(bytes), headers: {} };
}

Deno.test("the position is the end of the longest row of entries that are done, whatever the order of done", () => {
  holds(fc.property(fc.array(fc.nat(), { maxLength: 60 }), fc.nat(100), (order, start) => {
    const ring = new OffsetRing(start);
    const done: boolean[] = [];
    const marks: (() => void)[] = [];
    for (const next of order) {
      // Each step adds an entry, or says that one is done, perhaps once more.
      if (next % 2 === 0 || marks.length === 0) {
        done.push(false);
        marks.push(ring.add(start + 2 * marks.length + 2));
      } else {
        const at = next % marks.length;
        done[at] = true;
        marks[at]!();
      }
      const open = done.indexOf(false);
      assertEquals(ring.position, start + 2 * (open === -1 ? done.length : open));
    }
  }));
});

Deno.test("no more is under way than may be, each partition keeps its order, and all of it comes", () => {
  const limits = fc.record({ records: fc.integer({ min: 1, max: 5 }), bytes: fc.integer({ min: 1, max: 40 }) });
  const batches = fc.array(
    fc.record({ partition: fc.nat(2), sizes: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 6 }) }),
    { maxLength: 12 },
  );
  holds(fc.property(limits, batches, fc.infiniteStream(fc.nat()), (limit, offered, picks) => {
    const open: Delivery<StoredRecord>[] = [];
    const got = new Map<number, number[]>();
    const out = handOut(limit, {
      settled: () => {},
      next(delivery) {
        open.push(delivery);
        const { partition, offset } = delivery.value;
        got.set(partition, [...got.get(partition) ?? [], offset]);
        const bytes = open.reduce((sum, { value }) => sum + value.value!.length, 0);
        assert(open.length <= limit.records);
        assert(open.length === 1 || bytes <= limit.bytes);
      },
    });
    const ends = [0, 0, 0];
    for (const partition of [0, 1, 2]) out.begin({ topic: "t", partition, offset: 0 });
    let taken = 0;
    for (const { partition, sizes } of offered) {
      const from = ends[partition]!;
      // A hole at the end of each batch; one without records is a hole altogether.
      const to = ends[partition] = from + sizes.length + 1;
      const records = sizes.map((bytes, at) => recordAt(partition, from + at, bytes));
      out.offer({ topic: "t", partition, records, to, done: () => taken++ });
      const pick = picks.next().value;
      if (open.length > 0 && pick % 3 === 0) open.splice(pick % open.length, 1)[0]!.done();
    }
    while (open.length > 0) open.splice(picks.next().value % open.length, 1)[0]!.done();
    assertEquals(taken, offered.length);
    assertEquals(out.underWay, 0);
    for (const partition of [0, 1, 2]) {
      assertEquals(out.position({ topic: "t", partition }), ends[partition]);
      const offsets = got.get(partition) ?? [];
      assertEquals(offsets, offsets.toSorted((a, b) => a - b));
    }
  }));
});

Deno.test("partitions take turns: a full one does not keep a quiet one waiting", () => {
  const order: number[] = [];
  const out = handOut({ records: 100, bytes: 100 }, {
    settled: () => {},
    next: ({ value }) => {
      order.push(value.partition);
      // Both have something while the first is handed out.
      if (order.length === 1) {
        out.offer({ topic: "t", partition: 1, records: [recordAt(1, 0)], to: 1, done: () => {} });
      }
    },
  });
  for (const partition of [0, 1]) out.begin({ topic: "t", partition, offset: 0 });
  const records = Array.from({ length: 5 }, (_, offset) => recordAt(0, offset));
  out.offer({ topic: "t", partition: 0, records, to: 5, done: () => {} });
  assertEquals(order, [0, 0, 1, 0, 0, 0]);
});
