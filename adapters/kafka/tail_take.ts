/** Takes a broker's answer about one partition of a tail. */
import { noteUnreadable } from "./unreadable.ts";
import type { TailContext } from "./tail_context.ts";
import type { TailPartition } from "./tail_partition.ts";
import { jitter } from "./wait.ts";
import { KAFKA_ERRORS, kafkaErrorName } from "./wire/errors.ts";
import type { FetchedPartition } from "./wire/fetch.ts";
import { type ReadBatches, readBatches } from "./wire/record_batches.ts";

/** A question about a partition, with what the partition was when it was asked. */
export interface Asked {
  readonly at: TailPartition;
  readonly position: number;
  readonly jumps: number;
}

const RETRY_MS = { baseMs: 100, capMs: 1_000 };
/** A partition that failed so often in a row is worth an operator's look: it stands still while others go on. */
const LOUD_AFTER = 5;
/** How long a partition is left alone that the gateway may not read. */
const FORBIDDEN_MS = 5_000;

/** Hands on what was fetched, or sees to what went wrong. Returns whether there was anything to hand on. Never rejects. */
export async function takeFetched(context: TailContext, answer: {
  readonly leader: number;
  readonly asked: Asked;
  readonly fetched: FetchedPartition;
}): Promise<boolean> {
  const { asked, fetched } = answer;
  const { at } = asked;
  if (isStale(context, answer)) return false;
  if (fetched.error !== KAFKA_ERRORS.NONE) {
    refused(context, at, fetched.error);
    return false;
  }
  if (fetched.divergesAt !== undefined) {
    const to = Math.max(fetched.low, Math.min(fetched.divergesAt, asked.position));
    context.emit(at, { to, high: fetched.high, lost: "log_changed" });
    return true;
  }
  let read: ReadBatches;
  try {
    read = await readBatches(fetched, {
      topic: at.topic,
      partition: at.partition,
      from: asked.position,
      to: Infinity,
      inflate: context.inflate,
    });
  } catch (error) {
    postpone(context, at, error instanceof Error ? error.message : String(error));
    return false;
  }
  // The batches were inflated meanwhile: the partition may be elsewhere.
  if (isStale(context, answer)) return false;
  at.failures = 0;
  at.outOfRange = 0;
  noteUnreadable(context.telemetry, at, read);
  if (read.next === asked.position) return false;
  at.lastEpoch = read.epoch;
  context.emit(at, { to: read.next, high: fetched.high, records: read.records });
  return true;
}

/** Whether the partition jumped, rests, or moved to another leader, or another answer came first. */
function isStale(context: TailContext, { leader, asked }: { readonly leader: number; readonly asked: Asked }): boolean {
  const { at, position, jumps } = asked;
  const view = context.cluster.state.view?.topics.get(at.topic)?.partitions.get(at.partition);
  return context.signal.aborted || !at.placed || at.resting || at.jumps !== jumps || at.position !== position ||
    view?.leader !== leader;
}

function refused(context: TailContext, at: TailPartition, error: number): void {
  const topic = context.topics.get(at.topic)!;
  const reason = kafkaErrorName(error);
  switch (error) {
    case KAFKA_ERRORS.OFFSET_OUT_OF_RANGE:
      at.placed = false;
      postpone(context, at, reason);
      topic.look();
      return;
    case KAFKA_ERRORS.TOPIC_AUTHORIZATION_FAILED:
      at.notBefore = performance.now() + FORBIDDEN_MS;
      context.telemetry.note("error", `Cannot read Kafka topic "${at.topic}": not allowed`, {
        fix: `grant READ and DESCRIBE on topic ${at.topic}`,
      });
      return;
    case KAFKA_ERRORS.UNKNOWN_TOPIC_ID:
    case KAFKA_ERRORS.INCONSISTENT_TOPIC_ID:
      topic.refused = true;
      topic.look();
  }
  postpone(context, at, reason);
}

function postpone(context: TailContext, at: TailPartition, reason: string): void {
  at.notBefore = performance.now() + jitter(at.failures++, { ...RETRY_MS, fraction: context.random.fraction });
  context.cluster.refresh();
  context.telemetry.note(at.failures < LOUD_AFTER ? "debug" : "warn", "Cannot fetch a partition", {
    topic: at.topic,
    partition: at.partition,
    reason,
  });
}
