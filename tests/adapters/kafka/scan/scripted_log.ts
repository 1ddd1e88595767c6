/** A partition for tests of scans: record batches of given sizes, with keys, that are fetched as brokers give them. */
import type { StoredRecord } from "../../../../domain/log_record.ts";
import { Block } from "../../../../adapters/kafka/scan/block.ts";
import { BlockCache } from "../../../../adapters/kafka/scan/block_cache.ts";
import { type BlockRequest, type Fetched, PartitionScan } from "../../../../adapters/kafka/scan/partition_scan.ts";
import type { Piece } from "../../../../adapters/kafka/tail_partition.ts";
import type { Counter } from "../../../../domain/ports/telemetry.ts";

/** A record of a script is so large. */
export const RECORD_BYTES = 1_000;

/** What the log does when it is asked. */
export interface Script {
  /** How many records each batch has; the log begins at offset 0. */
  readonly batches: readonly number[];
  /** The keys of records, over and over. */
  readonly keys?: readonly (string | null)[];
  /** Says what becomes of a fetch instead; called with how many there were before. */
  readonly instead?: (request: BlockRequest, before: number) => Fetched | Error | undefined;
  /** How much is kept, in bytes. Default 1 MiB. */
  readonly keptBytes?: number;
  readonly readMs?: number;
  /** The most bytes of one fetch. Default 64 KiB. */
  readonly fetchBytes?: number;
}

/** A scan of it. */
export class ScriptedLog implements AsyncDisposable {
  readonly records: readonly StoredRecord[];
  readonly scan: PartitionScan;
  /** Every fetch. */
  readonly fetches: BlockRequest[] = [];
  readonly counted = new Map<Counter, number>();
  /** The life that the topic has now. */
  topicId = "life-1";
  readonly #ending = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #ends: readonly number[];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
    const { batches, keys = ["k"], keptBytes = 1024 * 1024, readMs = 5_000, fetchBytes = 64 * 1024 } = script;
    let end = 0;
    this.#ends = batches.map((size) => end += size);
    this.records = Array.from({ length: end }, (_, offset): StoredRecord => ({
      topic: "t",
      partition: 0,
      offset,
      time: offset,
      key: keys[offset % keys.length]!,
      value: new Uint8Array(RECORD_BYTES),
      headers: {},
    }));
    this.scan = new PartitionScan({
      name: "t 0",
      fetch: (request) => this.#fetch(request),
      now: () => ({ topicId: this.topicId, known: true, life: this.topicId }),
      shelf: new BlockCache({ bytes: keptBytes, keptMs: 60_000 }).shelf(),
      count: (what) => this.counted.set(what, (this.counted.get(what) ?? 0) + 1),
      fraction: () => 0.1,
      readMs,
      fetchBytes,
      signal: this.#ending.signal,
      run: (task) => {
        this.#running.add(task);
        task.finally(() => this.#running.delete(task));
      },
    });
  }

  /** The offsets that a reader of a range is to get. */
  expected({ from, to, key }: { from: number; to: number; key: string | undefined }): number[] {
    return this.records.slice(from, to).filter((record) => key === undefined || record.key === key)
      .map(({ offset }) => offset);
  }

  /** A reader of a range, from its beginning. */
  read(range: { from: number; to: number; key?: string }): ScriptedReader {
    return new ScriptedReader(this, { key: undefined, ...range });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #fetch(request: BlockRequest): Promise<Fetched> {
    const before = this.fetches.push(request) - 1;
    await new Promise((resolve) => setTimeout(resolve));
    const said = this.#script.instead?.(request, before);
    if (said instanceof Error) throw said;
    if (said) return said;
    const { from, maxBytes, key } = request;
    const high = this.records.length;
    const first = this.#ends.findIndex((end) => end > from);
    if (first < 0) return { kind: "end", high };
    const start = this.#ends[first - 1] ?? 0;
    let last = first;
    while (last + 1 < this.#ends.length && (this.#ends[last + 1]! - start) * RECORD_BYTES <= maxBytes) last++;
    const to = this.#ends[last]!;
    const records = this.records.slice(start, to).filter((record) => key === undefined || record.key === key);
    const what = { from: Math.min(from, records[0]?.offset ?? from), to, high, records, life: this.topicId };
    return { kind: "block", block: new Block(key === undefined ? what : { ...what, key }) };
  }
}

/** One reader. */
export class ScriptedReader {
  readonly offsets: number[] = [];
  readonly pieces: Piece[] = [];
  readonly #log: ScriptedLog;
  readonly #seat;
  readonly #to: number;

  constructor(log: ScriptedLog, { from, to, key }: { from: number; to: number; key: string | undefined }) {
    this.#log = log;
    this.#to = to;
    this.#seat = log.scan.join({ from, to, key, topicId: log.topicId });
  }

  /** Where it is. */
  get position(): number {
    return this.#seat.position;
  }

  /** Takes one piece; `undefined` where the log ends. */
  async next(): Promise<Piece | undefined> {
    const piece = await this.#log.scan.next(this.#seat);
    if (piece) {
      this.pieces.push(piece);
      this.offsets.push(...piece.records?.map(({ offset }) => offset) ?? []);
    }
    return piece;
  }

  /** Takes all, each piece after what `rest` takes. */
  async all(rest: () => Promise<void> | void = () => {}): Promise<number[]> {
    while (this.#seat.position < this.#to && await this.next()) await rest();
    this.leave();
    return this.offsets;
  }

  leave(): void {
    this.#log.scan.leave(this.#seat);
  }
}

/** A turn of the process. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
