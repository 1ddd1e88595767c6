/** What a leader's answer does to the batches that it was asked to append. */
import { settle } from "./append_call.ts";
import type { RejectReason } from "../../domain/ports/log.ts";
import type { LaneContext } from "./lane.ts";
import type { Piece } from "./partition_queue.ts";
import { produceErrorName, type Verdict, verdictOf } from "./produce_verdict.ts";
import { jitter } from "./wait.ts";
import type { ProducedPartition, ProduceResponse } from "./wire/produce.ts";

const RETRY_MS = { baseMs: 50, capMs: 1000 };
const DUPLICATE_SEQUENCE_NUMBER = 46;

/** Settles pieces, or puts them back to be sent again. A piece that the answer does not name may be in the log. */
export function applyAnswer(pieces: readonly Piece[], answer: ProduceResponse, context: LaneContext): void {
  for (const piece of pieces) {
    const { topic, partition } = piece.queue;
    const said = answer.partitions.find((one) => one.topic === topic && one.partition === partition);
    applyVerdict(piece, { said, verdict: said ? verdictOf(said.error) : "perhaps" }, context);
  }
}

function applyVerdict(
  piece: Piece,
  { said, verdict }: { readonly said: ProducedPartition | undefined; readonly verdict: Verdict },
  context: LaneContext,
): void {
  const { queue } = piece;
  if (verdict === "appended" && said!.baseOffset >= 0) {
    queue.failures = 0;
    context.trouble(queue, undefined);
    piece.entries.forEach((entry, at) => settle(entry, { kind: "appended", offset: said!.baseOffset + at }));
    return;
  }
  if (piece.abandoned) {
    piece.bound?.identity.retire();
    return;
  }
  const error = said ? produceErrorName(said.error) : "no answer for the partition";
  switch (verdict) {
    case "too_large":
    case "invalid_record":
      release(piece);
      if (piece.entries.length > 1) queue.split(piece, verdict === "too_large");
      else refuse(piece, verdict === "too_large" ? "too_large" : "invalid", error);
      return;
    case "invalid":
      release(piece);
      refuse(piece, "invalid", error);
      return;
    case "forbidden":
      release(piece);
      forbid(piece, `${error}; grant WRITE on the topic`, context);
      return;
    case "appended":
      // Without a position, such as one that the broker has forgotten: another producer gets a new one.
    case "new_producer":
      piece.uncertain ||= verdict === "appended" || said?.error === DUPLICATE_SEQUENCE_NUMBER;
      piece.bound!.identity.retire();
      delete piece.bound;
      break;
    case "perhaps":
      piece.uncertain = true;
      break;
    case "moved":
      context.stale();
      break;
    case "again":
  }
  queue.putBack(piece);
  const pause = jitter(queue.failures++, { ...RETRY_MS, fraction: context.random.fraction });
  queue.notBefore = performance.now() + pause;
  context.trouble(queue, `Cannot append to ${queue.topic}/${queue.partition}: ${error}`);
}

/** The piece's numbers go to others: only where no broker can have them in its log. */
function release(piece: Piece): void {
  const { identity, sequence } = piece.bound!;
  if (piece.sent === 1 && !identity.retired) identity.takeBack(piece.queue, sequence);
  else identity.retire();
}

/** Gives a piece up that its user may not append, and tells the operator. */
export function forbid(piece: Piece, why: string, context: LaneContext): void {
  const { queue } = piece;
  context.trouble(queue, `Cannot append to ${queue.topic}/${queue.partition}: ${why}`);
  refuse(piece, "forbidden", why);
}

function refuse(piece: Piece, reason: RejectReason, error: string): void {
  const { queue, uncertain } = piece;
  const message = `Cannot append record to ${queue.topic}/${queue.partition}: ${error}`;
  for (const entry of piece.entries) {
    settle(entry, uncertain ? { kind: "unknown", message } : { kind: "rejected", reason, message });
  }
}
