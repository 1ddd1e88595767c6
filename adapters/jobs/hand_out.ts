/** Hands records out one by one, so that a bounded number of them is under way. */
import type { StoredRecord, TopicPartition } from "../../domain/log_record.ts";
import type { Batch } from "../../domain/ports/log.ts";
import type { Delivery } from "../../streams/delivery.ts";
import { OffsetRing } from "./offset_ring.ts";
import { nameOf, type Position } from "./position.ts";

/** How much may be under way: handed out and not `done()`. */
export interface InFlight {
  /** 1 or more. Default 1,000. */
  readonly records: number;
  /** Bytes of keys and values; one record may be larger. Default 16 MiB. */
  readonly bytes: number;
}

/** The defaults of {@linkcode InFlight}. */
export const IN_FLIGHT: InFlight = { records: 1_000, bytes: 16 * 1024 * 1024 };

/** Records of partitions on their way to a pipeline, in the order of each partition. */
export interface HandOut {
  /** Takes a partition on, whose next record is at an offset. */
  begin(position: Position): void;
  /** Takes a batch, of the partition's next offsets. It is `done()` when all of it was handed out. */
  offer(batch: Pick<Batch, "topic" | "partition" | "records" | "to" | "done">): void;
  /** The offset up to which all of a partition is done; `undefined` of one that was not taken on. */
  position(of: TopicPartition): number | undefined;
  /** The same of all partitions that were taken on. */
  positions(): Position[];
  /** How many records are under way. */
  readonly underWay: number;
  /** Hands nothing more out; positions still move. */
  readonly stop: () => void;
}

interface Line {
  readonly at: TopicPartition;
  readonly ring: OffsetRing;
  readonly batches: Pick<Batch, "records" | "to" | "done">[];
  /** How many records of the first batch were handed out. */
  taken: number;
}

/**
 * Makes one. Partitions take turns, a record each.
 *
 * @param options.settled is called after each `done()` that moved something
 */
export function handOut(
  limit: InFlight,
  options: { readonly next: (delivery: Delivery<StoredRecord>) => void; readonly settled: () => void },
): HandOut {
  const lines = new Map<string, Line>();
  let waiting: Line[] = [];
  let underWay = 0;
  let bytes = 0;
  let stopped = false;
  let running = false;

  const hasRoom = (size: number) => underWay === 0 || (underWay < limit.records && bytes + size <= limit.bytes);

  /** Hands out what there is room for. One at a time: `done()` may be called from within `next`. */
  const run = () => {
    if (running) return;
    running = true;
    while (!stopped && waiting.length > 0 && step(waiting[0]!));
    running = false;
  };

  /** Hands out the next record of a line, which goes to the end of the queue then. Whether there was room. */
  const step = (line: Line): boolean => {
    const batch = line.batches[0]!;
    const record = batch.records[line.taken];
    if (record) {
      const size = sizeOf(record);
      if (!hasRoom(size)) return false;
      line.taken++;
      const isLast = line.taken === batch.records.length;
      takeTurn(line, isLast ? batch : undefined);
      underWay++;
      bytes += size;
      options.next({ value: record, done: doneOnce(line.ring.add(isLast ? batch.to : record.offset + 1), size) });
    } else {
      // Holes, or what the log lost: nothing waits for it.
      line.ring.add(batch.to)();
      takeTurn(line, batch);
      options.settled();
    }
    return true;
  };

  /** Puts a line behind the others; its first batch may be at its end, which may bring the next one at once. */
  const takeTurn = (line: Line, ended: Pick<Batch, "done"> | undefined) => {
    if (ended) {
      line.batches.shift();
      line.taken = 0;
    }
    waiting.shift();
    if (line.batches.length > 0) waiting.push(line);
    ended?.done();
  };

  const doneOnce = (mark: () => void, size: number) => {
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      underWay--;
      bytes -= size;
      mark();
      options.settled();
      run();
    };
  };

  const stop = () => {
    stopped = true;
    waiting = [];
  };

  return {
    begin({ topic, partition, offset }) {
      const at = { topic, partition };
      lines.set(nameOf(at), { at, ring: new OffsetRing(offset), batches: [], taken: 0 });
    },
    offer(batch) {
      const line = lines.get(nameOf(batch))!;
      line.batches.push(batch);
      if (line.batches.length === 1) waiting.push(line);
      run();
    },
    position: (of) => lines.get(nameOf(of))?.ring.position,
    positions: () => [...lines.values()].map(({ at, ring }) => ({ ...at, offset: ring.position })),
    get underWay() {
      return underWay;
    },
    stop,
  };
}

function sizeOf({ key, value }: StoredRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
