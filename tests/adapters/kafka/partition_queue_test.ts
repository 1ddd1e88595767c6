import { assert, assertEquals } from "@std/assert";
import type { AppendCall } from "../../../adapters/kafka/append_call.ts";
import { PartitionQueue } from "../../../adapters/kafka/partition_queue.ts";
import { ProducerIdentity } from "../../../adapters/kafka/producer_identity.ts";
import { BATCH_OVERHEAD, RECORD_OVERHEAD } from "../../../adapters/kafka/wire/write_batch.ts";

const BODY = 100;
const ONE = BODY + RECORD_OVERHEAD;

/** A queue of so many records of 100 bytes, whose batches have room for ten. */
function queueOf(count: number): PartitionQueue {
  const queue = new PartitionQueue({ topic: "t", partition: 0 }, {
    maxBytes: BATCH_OVERHEAD + 10 * ONE,
    freed: () => {},
  });
  for (let index = 0; index < count; index++) {
    queue.push({ call: {} as AppendCall, index, queue, tail: new Uint8Array(BODY), settled: false });
  }
  return queue;
}

const ROOM = { bytes: 1_000_000, records: 1_000_000 };
const indexes = (piece: { entries: readonly { index: number }[] } | undefined) =>
  piece?.entries.map((one) => one.index);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

/** Takes a piece and lets it land. */
function next(queue: PartitionQueue, room = { ...ROOM }, isFirst = true) {
  const piece = queue.take(room, isFirst);
  queue.inFlight = undefined;
  return piece;
}

Deno.test("forms pieces in order, as large as a batch may be", () => {
  const queue = queueOf(25);
  assertEquals([next(queue), next(queue), next(queue), next(queue)].map(indexes), [
    range(0, 10),
    range(10, 20),
    range(20, 25),
    undefined,
  ]);
  assert(queue.empty);
});

Deno.test("takes no more than the request has room for, and says how much it took", () => {
  const queue = queueOf(25);
  const room = { bytes: BATCH_OVERHEAD + 3 * ONE, records: 1_000 };
  assertEquals(indexes(next(queue, room, false)), [0, 1, 2]);
  assertEquals(room, { bytes: 0, records: 997 });
  assertEquals(next(queue, room, false), undefined);
  assertEquals(indexes(next(queue, { bytes: 1e6, records: 2 }, false)), [3, 4]);
});

Deno.test("a request that is empty takes a record of any size", () => {
  const queue = new PartitionQueue({ topic: "t", partition: 0 }, { maxBytes: 10, freed: () => {} });
  for (let index = 0; index < 2; index++) {
    queue.push({ call: {} as AppendCall, index, queue, tail: new Uint8Array(1000), settled: false });
  }
  assertEquals(next(queue, { bytes: 5, records: 5 }, false), undefined);
  assertEquals(indexes(next(queue, { bytes: 5, records: 5 })), [0]);
});

Deno.test("what is put back goes first, the same as it was", () => {
  const queue = queueOf(25);
  const first = next(queue)!;
  queue.putBack(first);
  assertEquals(next(queue, { ...ROOM, bytes: 1 }, false), undefined);
  assert(next(queue, { ...ROOM, bytes: 1 }) === first);
  assertEquals(indexes(next(queue)), range(10, 20));
});

Deno.test("a piece that was too large goes as two, and later ones are smaller", () => {
  const queue = queueOf(25);
  queue.split(next(queue)!, true);
  assertEquals([next(queue), next(queue), next(queue), next(queue)].map(indexes), [
    range(0, 5),
    range(5, 10),
    range(10, 14),
    range(14, 18),
  ]);
});

Deno.test("a piece with a bad record goes as two, and later ones are as large as before", () => {
  const queue = queueOf(25);
  queue.split(next(queue)!, false);
  assertEquals([next(queue), next(queue), next(queue)].map(indexes), [range(0, 5), range(5, 10), range(10, 20)]);
});

Deno.test("is not ready while a piece is in flight, empty, or before its time", () => {
  const queue = queueOf(15);
  assert(queue.ready(100));
  const piece = queue.take({ ...ROOM }, true)!;
  assert(!queue.ready(100));
  queue.inFlight = undefined;
  queue.putBack(piece);
  queue.notBefore = 200;
  assert(!queue.ready(199) && queue.ready(200));
  next(queue);
  next(queue);
  assert(!queue.ready(200));
});

Deno.test("gives up all it has, in order, the piece in flight too", () => {
  const queue = queueOf(25);
  const retried = next(queue)!;
  queue.putBack(retried);
  const inFlight = queue.take({ ...ROOM }, true)!;
  const { pieces, waiting } = queue.takeAll();
  assertEquals(pieces.map(indexes), [range(0, 10)]);
  assert(inFlight.abandoned);
  assertEquals(waiting.map((entry) => entry.index), range(10, 25));
  assert(queue.empty);
});

Deno.test("an identity numbers each partition by itself, and numbers that were taken back go out again", () => {
  const identity = new ProducerIdentity(1n, 0);
  const [a, b] = [{ topic: "t", partition: 0 }, { topic: "t", partition: 1 }];
  assertEquals([identity.number(a, 10), identity.number(b, 3), identity.number(a, 5)], [0, 0, 10]);
  identity.takeBack(a, 10);
  assertEquals([identity.number(a, 1), identity.number(b, 1)], [10, 3]);
  // Another queue of the same partition: the broker would take numbers from 0 on for batches that it has.
  assertEquals(identity.number(queueOf(0), 1), 11);
});

Deno.test("an identity is retired before its numbers run out", () => {
  const identity = new ProducerIdentity(1n, 0);
  const queue = queueOf(0);
  identity.number(queue, 2 ** 30 - 1);
  assert(!identity.retired);
  assert(identity.number(queue, 10_000) < 2 ** 31 - 10_000);
  assert(identity.retired);
});
