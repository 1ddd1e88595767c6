/** The way to one leader: one connection, one request at a time. */
import type { Kafka } from "kafkajs";
import type { Random } from "../../domain/ports/clock.ts";
import { AppendForbidden, askProducerId } from "./ask_producer_id.ts";
import { parseAddress } from "./client.ts";
import { applyAnswer, forbid } from "./lane_answer.ts";
import { type Link, LinkError, openLink } from "./link.ts";
import type { KafkaDeadlines } from "./options.ts";
import type { PartitionQueue, Piece } from "./partition_queue.ts";
import type { ProducerIdentity } from "./producer_identity.ts";
import { bell, jitter, wait } from "./wait.ts";
import { PRODUCE, produce } from "./wire/produce.ts";

/** What every lane of an append side shares. */
export interface LaneContext {
  readonly kafka: Kafka;
  readonly deadlines: Pick<KafkaDeadlines, "connectMs" | "requestMs">;
  /** The bounds of one request. */
  readonly request: { readonly bytes: number; readonly records: number };
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Where a broker listens now, `host:port`. */
  addressOf(nodeId: number): string | undefined;
  /** Says that leaders are not where they were. */
  stale(): void;
  /** Says that a partition may be sent again: its lane may have become another one. */
  landed(queue: PartitionQueue): void;
  /** Says what stands in the way of a lane or a partition; `undefined`: nothing any more. */
  trouble(of: object, reason: string | undefined): void;
}

/** A lane. Its failures are never thrown: they make it try again. */
export interface Lane {
  readonly nodeId: number;
  /** The partitions that are led by this broker. */
  readonly queues: Set<PartitionQueue>;
  /** Why the broker could not be reached the last time; `undefined` where it was. */
  readonly failed: string | undefined;
  /** Why records are refused at once; `undefined` while they are not. */
  readonly away: string | undefined;
  /** Where the broker could not be reached, refuses records until it is, which is tried even if nothing waits. */
  goAway(): void;
  /** Says that there may be something to send. */
  kick(): void;
  /** Resolves when nothing of it is left, after the context's signal aborted. */
  ended(): Promise<void>;
}

const RETRY_MS = { baseMs: 25, capMs: 1000 };
/** The leader waits for other replicas so much shorter than we wait for the leader. */
const TIMEOUT_PART = 0.8;

/** Makes a lane; it connects when there is something to send. */
export function lane(nodeId: number, context: LaneContext): Lane {
  const { kafka, deadlines, random, signal } = context;
  const queues = new Set<PartitionQueue>();
  const hint = bell();
  let running: Promise<void> | undefined;
  let link: Link | undefined;
  let identity: ProducerIdentity | undefined;
  let failures = 0;
  let failed: string | undefined;
  let away: string | undefined;

  const run = async () => {
    while (!signal.aborted) {
      const pieces = away === undefined ? gather() : [];
      if (pieces.length > 0 || (away !== undefined && queues.size > 0)) await attempt(pieces);
      else {
        const pause = untilReady();
        if (pause === undefined) break;
        await hint.wait(pause, signal);
      }
    }
    // Nothing waits: what failed here is with another leader, or was given up.
    reached();
    running = undefined;
  };

  /** The pieces of one request: all new ones, or all bound to one identity, which go before any new one. */
  const gather = () => {
    const now = performance.now();
    const ready = [...queues].filter((queue) => queue.ready(now));
    const bound = ready.find((queue) => queue.boundTo)?.boundTo;
    const room = { ...context.request };
    const pieces: Piece[] = [];
    for (const queue of ready) {
      if (queue.boundTo !== bound) continue;
      const piece = queue.take(room, pieces.length === 0);
      if (!piece) continue;
      pieces.push(piece);
      // Who was served comes last the next time.
      queues.delete(queue);
      queues.add(queue);
    }
    return pieces;
  };

  /** How long until a partition may be sent again; `undefined` where nothing waits. */
  const untilReady = () => {
    const waiting = [...queues].filter((queue) => !queue.empty && queue.inFlight === undefined);
    if (waiting.length === 0) return undefined;
    return Math.max(1, Math.min(...waiting.map((queue) => queue.notBefore)) - performance.now());
  };

  const attempt = async (pieces: Piece[]) => {
    let throttleMs = 0;
    try {
      const open = await connect();
      if (pieces.length > 0) throttleMs = await send(open, pieces);
      reached();
    } catch (error) {
      if (error instanceof AppendForbidden) {
        reached();
        for (const piece of pieces) forbid(piece, error.message, context);
      } else {
        fail(error);
        for (const piece of pieces) putBack(piece);
      }
    }
    for (const { queue } of pieces) {
      queue.inFlight = undefined;
      context.landed(queue);
    }
    if (failed !== undefined) {
      await wait(jitter(failures++, { ...RETRY_MS, fraction: random.fraction }), signal);
    } else if (throttleMs > 0) await wait(throttleMs, signal);
  };

  const send = async (open: Link, pieces: readonly Piece[]) => {
    const bound = pieces[0]!.bound?.identity;
    const producer = bound ?? await currentIdentity(open);
    // Connecting took time: what was given up meanwhile is not sent.
    const sent = pieces.filter((piece) => !piece.abandoned);
    if (sent.length === 0) return 0;
    for (const piece of sent) {
      piece.bound ??= { identity: producer, sequence: producer.number(piece.queue, piece.entries.length) };
    }
    const time = Date.now();
    const batches = sent.map(({ queue, entries, bound }) => ({
      topic: queue.topic,
      partition: queue.partition,
      tails: entries.map((entry) => entry.tail),
      producer,
      sequence: bound!.sequence,
      time,
    }));
    const timeoutMs = Math.ceil(deadlines.requestMs * TIMEOUT_PART);
    const answer = await open.ask(PRODUCE, (version) => {
      for (const piece of sent) piece.sent++;
      return produce(version, { timeoutMs, batches });
    }, deadlines.requestMs).catch((error) => {
      for (const piece of sent) if (piece.sent > 0) piece.uncertain = true;
      throw error;
    });
    applyAnswer(sent, answer, context);
    return answer.throttleMs;
  };

  const connect = async () => {
    const address = context.addressOf(nodeId);
    if (link && !link.closed && link.address === address) return link;
    link?.close();
    if (address === undefined) throw new LinkError(`Cannot append to Kafka broker ${nodeId}: its address is not known`);
    link = await openLink(kafka, parseAddress(address), { deadlineMs: deadlines.connectMs, signal });
    return link;
  };

  const currentIdentity = async (open: Link) => {
    if (identity && !identity.retired) return identity;
    identity = await askProducerId(open, { deadlineMs: deadlines.requestMs, random, signal });
    return identity;
  };

  const reached = () => {
    if (failed === undefined) return;
    failures = 0;
    failed = undefined;
    away = undefined;
    context.trouble(queues, undefined);
  };

  const fail = (error: unknown) => {
    failed = error instanceof Error ? error.message : String(error);
    link?.close();
    link = undefined;
    if (signal.aborted) return;
    context.trouble(queues, failed);
    context.stale();
  };

  const kick = () => {
    if (running) hint.ring();
    // After this turn: what else it brings goes with the same request.
    else running = Promise.resolve().then(run);
  };

  return {
    nodeId,
    queues,
    get failed() {
      return failed;
    },
    get away() {
      return away;
    },
    goAway() {
      away = failed;
      if (away !== undefined) kick();
    },
    kick,
    async ended() {
      await running;
      link?.close();
    },
  };
}

/** Puts a piece that is not settled back where it came from. */
function putBack(piece: Piece): void {
  if (piece.abandoned) piece.bound?.identity.retire();
  else piece.queue.putBack(piece);
}
