/** From the bytes of a fetched partition to records. */
import type { StoredRecord, TopicPartition } from "../../../domain/log_record.ts";
import { pace } from "../compression/pace.ts";
import { type BatchFrame, batchFrames, type BatchHeader, HEADER_BYTES, readHeader } from "./batch_frames.ts";
import { WireError, WireReader } from "./reader.ts";
import { readHead, readRest, type RecordContext } from "./record.ts";
import type { FetchedPartition } from "./fetch.ts";

/** Makes the records of a compressed batch readable. `codec` is Kafka's number: 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
export type Inflate = (codec: number, bytes: Uint8Array) => Promise<Uint8Array>;

/** What of the bytes is wanted. */
export interface Wanted extends TopicPartition {
  /** The offset that was asked for: records before it are left out. */
  readonly from: number;
  /** Records from this offset on are left out. */
  readonly to: number;
  /** Only records of this key. */
  readonly key?: string;
  readonly inflate: Inflate;
}

/** What was in the bytes. */
export interface ReadBatches {
  readonly records: StoredRecord[];
  /** The offset after the last whole batch; `from` where there was none. At most `to`. */
  readonly next: number;
  /** The leader epoch of the last whole batch; -1 where there was none. */
  readonly epoch: number;
  /** How many records could not be read. */
  readonly unreadable: number;
  /** Why the first of them could not. */
  readonly reason?: string;
}

/**
 * Reads the whole batches of a fetched partition: without control records, aborted transactions, and batches that
 * cannot be read, which are counted. Throws {@linkcode WireError} where the first batch cannot be told from the next.
 */
export async function readBatches(fetched: FetchedPartition, wanted: Wanted): Promise<ReadBatches> {
  const records: StoredRecord[] = [];
  const aborted = abortedProducers(fetched);
  const turn = pace();
  let next = wanted.from;
  let epoch = -1;
  let unreadable = 0;
  let reason: string | undefined;
  for (const batch of soundFrames(fetched.records)) {
    if (batch.start >= wanted.to) {
      // What is wanted before it was compacted away.
      next = wanted.to;
      break;
    }
    epoch = batch.epoch;
    if (batch.end > next) next = batch.end;
    try {
      const header = readHeader(batch.bytes);
      const skip = aborted(header, batch.end);
      if (skip || batch.end <= wanted.from) continue;
      const body = header.codec === 0
        // A copy: the socket's chunk that this is a view of is much larger than a small batch.
        ? batch.bytes.slice(HEADER_BYTES)
        : await wanted.inflate(header.codec, batch.bytes.subarray(HEADER_BYTES));
      for (const record of await readRecords(body, header, { wanted, batch, turn })) records.push(record);
    } catch (error) {
      unreadable += batch.records;
      reason ??= `offsets ${batch.start} to ${batch.end - 1}: ${
        error instanceof Error ? error.message : String(error)
      }`;
    }
  }
  return { records, next: Math.min(next, wanted.to), epoch, unreadable, ...(reason === undefined ? {} : { reason }) };
}

/** The batches up to where they can no longer be told apart; the next fetch begins there, and fails. */
function* soundFrames(bytes: Uint8Array): Generator<BatchFrame> {
  let some = false;
  try {
    for (const batch of batchFrames(bytes)) {
      some = true;
      yield batch;
    }
  } catch (error) {
    if (!some) throw error;
  }
}

/** Says of each batch in turn whether it is left out: a control batch, or part of an aborted transaction. */
function abortedProducers(fetched: FetchedPartition): (header: BatchHeader, end: number) => boolean {
  const starts = [...fetched.aborted].sort((a, b) => a.first - b.first);
  const open = new Set<bigint>();
  return (header, end) => {
    while (starts.length > 0 && starts[0]!.first < end) open.add(starts.shift()!.producer);
    if (header.control) {
      // A marker, of commit or of abort, ends the producer's transaction.
      open.delete(header.producer);
      return true;
    }
    return header.transactional && open.has(header.producer);
  };
}

/** The records of one batch: all that are wanted, or an error. */
async function readRecords(
  body: Uint8Array,
  header: BatchHeader,
  options: { readonly wanted: Wanted; readonly batch: BatchFrame; readonly turn: ReturnType<typeof pace> },
): Promise<StoredRecord[]> {
  const { wanted, batch, turn } = options;
  const context: RecordContext = {
    topic: wanted.topic,
    partition: wanted.partition,
    baseOffset: batch.start,
    baseTime: header.baseTime,
    appendTime: header.appendTime,
  };
  const records: StoredRecord[] = [];
  const from = new WireReader(body);
  let after = batch.start;
  for (let at = 0; at < batch.records; at++) {
    if (at % RECORDS_A_LOOK === 0) await turn();
    const size = from.signedVarint();
    const end = from.position + size;
    const head = readHead(from, context);
    if (head.offset < after || head.offset >= batch.end) {
      throw new WireError(`Cannot read a record at offset ${head.offset}: expected ${after} to ${batch.end - 1}`);
    }
    after = head.offset + 1;
    const take = head.offset >= wanted.from && head.offset < wanted.to &&
      (wanted.key === undefined || head.key === wanted.key);
    if (take) records.push(readRest(from, wanted, head));
    from.slice(end - from.position);
  }
  return records;
}

/** How many records are read between two looks at the clock. */
const RECORDS_A_LOOK = 256;
