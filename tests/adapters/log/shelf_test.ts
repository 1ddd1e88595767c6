import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Fifo } from "../../../streams/fifo.ts";
import { RecordShelf } from "../../../adapters/log/record_shelf.ts";
import { compact, recordBytes } from "../../../adapters/log/record_bytes.ts";
import { readSlab, writeSlab } from "../../../adapters/log/sqlite/record_slab.ts";
import type { RecordHeaders, StoredRecord } from "../../../domain/log_record.ts";

const record = (partition: number, offset: number, bytes: number): StoredRecord => ({
  topic: "chat",
  partition,
  offset,
  time: 0,
  key: null,
  value: new Uint8Array(bytes),
  headers: {},
});

Deno.test("a Fifo is an array that is pushed and shifted", () => {
  fc.assert(fc.property(fc.array(fc.nat(3_000), { maxLength: 12 }), (counts) => {
    const fifo = new Fifo<number>();
    const array: number[] = [];
    let last = 0;
    for (const [index, count] of counts.entries()) {
      for (let step = 0; step < count; step++) {
        if (index % 2 === 1) assertEquals(fifo.shift(), array.shift());
        else {
          fifo.push(++last);
          array.push(last);
        }
      }
      assertEquals(fifo.length, array.length);
      for (const at of [0, array.length - 1, -1, array.length]) {
        assertEquals(fifo.at(at), array[at]);
      }
    }
  }));
});

Deno.test("a shelf evicts the oldest record of all its runs, whatever else leaves them", () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant("push" as const), run: fc.nat(2), bytes: fc.nat(100) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const), run: fc.nat(2), by: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const), run: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("evict" as const), count: fc.nat(5) }) },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
    const shelf = new RecordShelf();
    const runs = [0, 1, 2].map(() => shelf.run(0));
    let model: StoredRecord[] = [];
    for (const next of steps) {
      if (next.kind === "push") {
        const run = runs[next.run]!;
        const added = record(next.run, run.to, next.bytes);
        shelf.push(run, added);
        model.push(added);
      } else if (next.kind === "drop") {
        const low = runs[next.run]!.from + next.by;
        shelf.dropBefore(runs[next.run]!, low);
        model = model.filter(({ partition, offset }) => partition !== next.run || offset >= low);
      } else if (next.kind === "restart") {
        shelf.restart(runs[next.run]!, 50);
        model = model.filter(({ partition }) => partition !== next.run);
      } else {
        let left = next.count;
        shelf.evict((oldest) => {
          if (left-- === 0) return false;
          assertEquals(oldest, model.shift());
          return true;
        });
      }
      assertEquals(shelf.bytes, model.reduce((sum, one) => sum + recordBytes(one), 0));
      for (const [index, run] of runs.entries()) {
        const expected = model.filter(({ partition }) => partition === index);
        assertEquals(run.to - run.from, expected.length);
        if (expected.length > 0) assertEquals(run.read({ from: run.from, to: run.to }).records, expected);
      }
    }
  }));
});

Deno.test("records cross to the worker and back as they were", () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const headers: fc.Arbitrary<RecordHeaders> = fc.dictionary(
    fc.string({ unit: "grapheme" }),
    fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 4 })),
  );
  const key = fc.option(fc.string({ unit: "grapheme" }));
  const records = fc.array(fc.record({ ref: fc.nat(), key, value: fc.option(bytes), headers }), { maxLength: 20 });
  fc.assert(fc.property(records, (given) => {
    const items = given.map(({ ref, ...content }) => ({ ref, record: { topic: "chat", partition: 3, ...content } }));
    const back = readSlab(writeSlab(items), { topic: "chat", partition: 3 });
    assertEquals(back.map(({ offset }) => offset), items.map(({ ref }) => ref));
    for (const [index, { key, value, headers }] of back.entries()) {
      const expected = given[index]!;
      assertEquals({ key, value }, { key: expected.key, value: expected.value });
      assertEquals(new Map(Object.entries(headers)), new Map(Object.entries(expected.headers)));
    }
  }));
});

Deno.test("a small view of a large buffer is copied, so that the buffer can go; others are kept", () => {
  const large = new Uint8Array(100_000).fill(7);
  const held = { ...record(0, 0, 0), value: large.subarray(5, 9), headers: { h: [large.subarray(1, 3), large] } };
  const own = compact(held);
  assertEquals(own, held);
  assertEquals([own.value!.buffer.byteLength, (own.headers.h as Uint8Array[])[0]!.buffer.byteLength], [4, 2]);
  assertEquals((own.headers.h as Uint8Array[])[1]!.buffer, large.buffer);
  const fine = { ...record(0, 0, 500), headers: { h: new Uint8Array(3) } };
  assertEquals(compact(fine) === fine, true);
});
