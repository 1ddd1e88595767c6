/** Reads record batches of partitions from their leader. */
import { type Api, type Call, call } from "./call.ts";
import type { WireReader } from "./reader.ts";

/**
 * Kafka's Fetch. From version 12 the broker tells where the log that was read before and the one it has now part; from 13
 * topics go by id, so that a topic that was deleted and made again is never taken for the one before.
 */
export const FETCH: Api = { key: 1, name: "Fetch", lowest: 11, highest: 13, flexibleFrom: 12 };

/** One fetch. */
export interface FetchRequest {
  /** How long the broker waits for a first record, in milliseconds. */
  readonly maxWaitMs: number;
  /** The bytes of the whole response: a bound that one batch may pass. */
  readonly maxBytes: number;
  readonly topics: readonly FetchTopic[];
}

/** What is asked of a topic. */
export interface FetchTopic {
  readonly name: string;
  /** 32 hexadecimal digits; needed from version 13. */
  readonly id: string | undefined;
  readonly partitions: readonly FetchPartition[];
}

/** What is asked of a partition. */
export interface FetchPartition {
  readonly partition: number;
  /** The epoch of the leader that is asked; -1 where it is not known. */
  readonly leaderEpoch: number;
  readonly offset: number;
  /** The leader epoch of the last batch before `offset`; -1 where none was read. */
  readonly lastEpoch: number;
  readonly maxBytes: number;
}

/** A broker's answer. */
export interface FetchResponse {
  /** How long the broker wants not to be asked again, in milliseconds. */
  readonly throttleMs: number;
  readonly error: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly FetchedPartition[] }[];
}

/** A partition's answer. Offsets are -1 where there is an error. */
export interface FetchedPartition {
  readonly partition: number;
  readonly error: number;
  /** The offset after the last one that can be read: records of open transactions and what is not yet replicated are left out. */
  readonly high: number;
  readonly low: number;
  /** Present where the log is another one from some offset before the asked one on: the first that differs. */
  readonly divergesAt: number | undefined;
  /** The producers whose transaction was aborted, with the first offset of it, in its order. */
  readonly aborted: readonly { readonly producer: bigint; readonly first: number }[];
  /** Record batches: the first may begin before the asked offset, the last may be cut. Not copied. */
  readonly records: Uint8Array;
}

/** Asks for record batches. Only what is committed is read. Topics are named in the answer as they were in the request. */
export function fetchRecords(version: number, request: FetchRequest): Call<FetchResponse> {
  const named = version < 13;
  const names = new Map(request.topics.map((topic) => [named ? topic.name : topic.id, topic.name]));
  return call({ api: FETCH, version }, {
    write(to) {
      to.int32(-1).int32(request.maxWaitMs).int32(1).int32(request.maxBytes).int8(1).int32(0).int32(-1);
      to.array(request.topics, (topic) => {
        if (named) to.string(topic.name);
        else to.uuid(Uint8Array.fromHex(topic.id!));
        to.array(topic.partitions, (asked) => {
          to.int32(asked.partition).int32(asked.leaderEpoch).int64(asked.offset);
          if (version >= 12) to.int32(asked.lastEpoch);
          to.int64(-1).int32(asked.maxBytes).end();
        }).end();
      });
      to.array([], () => {}).string("").end();
    },
    read(from) {
      const throttleMs = from.int32();
      const error = from.int16();
      from.int32();
      const topics = from.array(() => {
        const id = named ? from.string() : from.slice(16).toHex();
        const partitions = from.array(() => readPartition(from));
        from.end();
        return { topic: names.get(id) ?? id, partitions };
      });
      return { throttleMs, error, topics };
    },
  });
}

function readPartition(from: WireReader): FetchedPartition {
  const partition = from.int32();
  const error = from.int16();
  from.int64();
  const high = from.int64();
  const low = from.int64();
  const aborted = from.array(() => {
    const transaction = { producer: from.bigint(), first: from.int64() };
    from.end();
    return transaction;
  });
  from.int32();
  const records = from.sizedBytes();
  let divergesAt: number | undefined;
  from.end((tag, value) => {
    if (tag !== 0) return;
    value.int32();
    divergesAt = value.int64();
  });
  return { partition, error, high, low, divergesAt, aborted, records };
}
