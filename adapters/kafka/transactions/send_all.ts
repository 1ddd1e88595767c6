/** Sends the records of a transaction to their leaders. */
import type { LogRecord } from "../../../domain/log_record.ts";
import type { Random } from "../../../domain/ports/clock.ts";
import type { RejectReason } from "../../../domain/ports/log.ts";
import { nameOf } from "../../jobs/position.ts";
import type { Cluster } from "../cluster.ts";
import { LinkError } from "../link.ts";
import type { KafkaDeadlines } from "../options.ts";
import { produceErrorName, verdictOf } from "../produce_verdict.ts";
import type { ProducerIdentity } from "../producer_identity.ts";
import { jitter, wait } from "../wait.ts";
import { type PartitionBatch, PRODUCE, produce } from "../wire/produce.ts";
import { encodeTail } from "../wire/record_tail.ts";
import { BATCH_OVERHEAD, RECORD_OVERHEAD } from "../wire/write_batch.ts";
import { TransactionFailed } from "./transaction_error.ts";

/** What became of the records of a transaction. */
export type Sent =
  /** The offsets of all of them, in their order. */
  | { readonly kind: "appended"; readonly offsets: readonly number[] }
  /** Some are refused for good: those of `indexes`; one, where they were sent singly. */
  | {
    readonly kind: "refused";
    readonly indexes: readonly number[];
    readonly reason: Exclude<RejectReason, "unavailable">;
    readonly message: string;
  };

/** What sending needs. */
export interface SendParts {
  readonly cluster: Pick<Cluster, "state" | "link" | "refresh">;
  readonly deadlines: Pick<KafkaDeadlines, "requestMs">;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** What is sent, and as whom. */
export interface ToSend {
  readonly records: readonly LogRecord[];
  readonly singly: boolean;
  readonly producer: ProducerIdentity;
  readonly transactionalId: string;
}

/** A batch, and a request, is at most so many bytes; a record over it is `too_large`. */
const MOST_BYTES = 1024 * 1024;
/** The leader waits for other replicas so much shorter than we wait for the leader. */
const TIMEOUT_PART = 0.8;
const TRIES = 20;
const RETRY_MS = { baseMs: 10, capMs: 200 };

interface Chunk {
  readonly batch: PartitionBatch;
  readonly indexes: readonly number[];
}

/**
 * Sends batches to their leaders, one after the other to each. What a leader certainly did not take is sent again.
 *
 * @throws {LinkError | TransactionFailed} where one was not taken, or that is not known
 */
export async function sendAll(parts: SendParts, toSend: ToSend): Promise<Sent> {
  const offsets: number[] = new Array(toSend.records.length);
  const chunks = chunksOf(toSend);
  if ("kind" in chunks) return chunks;
  const byLeader = Map.groupBy(chunks, ({ batch }) => {
    const view = parts.cluster.state.view?.topics.get(batch.topic);
    return view?.partitions.get(batch.partition)?.leader ?? -1;
  });
  const sendTo = async (leader: number, ofLeader: readonly Chunk[]): Promise<Sent | undefined> => {
    for (const chunk of ofLeader) {
      const refused = await sendOne(parts, { chunk, leader, toSend, offsets });
      if (refused) return refused;
    }
    return undefined;
  };
  const settled = await Promise.allSettled([...byLeader].map(([leader, ofLeader]) => sendTo(leader, ofLeader)));
  for (const each of settled) if (each.status === "rejected") throw each.reason;
  const refused = settled.find((each) => each.status === "fulfilled" && each.value !== undefined);
  return (refused as PromiseFulfilledResult<Sent> | undefined)?.value ?? { kind: "appended", offsets };
}

async function sendOne(
  { cluster, deadlines, random, signal }: SendParts,
  { chunk, leader, toSend, offsets }: {
    readonly chunk: Chunk;
    readonly leader: number;
    readonly toSend: ToSend;
    readonly offsets: number[];
  },
): Promise<Sent | undefined> {
  const { batch, indexes } = chunk;
  const timeoutMs = Math.ceil(deadlines.requestMs * TIMEOUT_PART);
  const request = { timeoutMs, batches: [batch], transactionalId: toSend.transactionalId };
  for (let tries = 0;; tries++) {
    if (leader < 0) {
      cluster.refresh();
      throw new LinkError(`Cannot append to ${nameOf(batch)}: it has no leader`);
    }
    const link = await cluster.link(leader);
    const answer = await link.ask(PRODUCE, (version) => produce(version, request), deadlines.requestMs);
    const said = answer.partitions[0];
    const error = said?.error ?? -1;
    const message = `Cannot append records to ${nameOf(batch)}: ${produceErrorName(error)}`;
    switch (verdictOf(error)) {
      case "appended":
        indexes.forEach((index, at) => offsets[index] = said!.baseOffset + at);
        return undefined;
      case "too_large":
        return { kind: "refused", indexes, reason: "too_large", message };
      case "invalid_record":
      case "invalid":
        return { kind: "refused", indexes, reason: "invalid", message };
      case "forbidden":
        return { kind: "refused", indexes, reason: "forbidden", message: `${message}; grant WRITE on the topic` };
      case "again":
        if (tries === TRIES || signal.aborted) throw new TransactionFailed(message);
        await wait(jitter(tries, { ...RETRY_MS, fraction: random.fraction }), signal);
        continue;
      case "moved":
        cluster.refresh();
    }
    throw new TransactionFailed(message);
  }
}

/** Batches of the records of each partition, with their numbers. */
function chunksOf({ records, singly, producer }: ToSend): Chunk[] | Sent {
  const tails = records.map(encodeTail);
  const tooLarge = tails.findIndex((tail) => tail.length + RECORD_OVERHEAD + BATCH_OVERHEAD > MOST_BYTES);
  if (tooLarge >= 0) {
    const message = `Cannot append record to ${nameOf(records[tooLarge]!)}: it has more than ${MOST_BYTES} bytes`;
    return { kind: "refused", indexes: [tooLarge], reason: "too_large", message };
  }
  const time = Date.now();
  const byPlace = Map.groupBy(records.keys(), (index) => nameOf(records[index]!));
  return [...byPlace.values()].flatMap((ofPlace) => {
    const pieces: number[][] = [];
    let bytes = Infinity;
    for (const index of ofPlace) {
      const size = tails[index]!.length + RECORD_OVERHEAD;
      if (singly || bytes + size > MOST_BYTES) {
        pieces.push([]);
        bytes = BATCH_OVERHEAD;
      }
      pieces.at(-1)!.push(index);
      bytes += size;
    }
    return pieces.map((indexes): Chunk => {
      const { topic, partition } = records[indexes[0]!]!;
      return {
        indexes,
        batch: {
          topic,
          partition,
          tails: indexes.map((index) => tails[index]!),
          producer,
          sequence: producer.number({ topic, partition }, indexes.length),
          time,
          transactional: true,
        },
      };
    });
  });
}
