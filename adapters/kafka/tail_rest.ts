/** Leaves partitions of a tail alone that nobody needs, and goes on with them when somebody does. */
import { askRanges } from "./ranges.ts";
import type { TailContext } from "./tail_context.ts";
import { jump, type TailPartition } from "./tail_partition.ts";

/** A range that could not be asked for is asked for again after this time, in milliseconds. */
const RETRY_MS = 100;

/** Whether a partition rests. One that is needed again is woken: it goes on a moment later. */
export function rests(context: TailContext, at: TailPartition): boolean {
  const { rest } = context.request;
  if (!rest) return false;
  if (!at.resting) {
    // What is on its way to the one who is asked may be what it is asked about.
    at.resting = at.open === 0 && rest.mayRest(at);
    if (at.resting) context.telemetry.count("partitions_rested");
    return at.resting;
  }
  if (!at.waking && at.notBefore <= performance.now() && !rest.mayRest(at)) {
    at.waking = true;
    context.background.run(wakeUp(context, at));
  }
  return true;
}

async function wakeUp(context: TailContext, at: TailPartition): Promise<void> {
  const { topic, partition, jumps } = at;
  const { ranges } = await askRanges(context.cluster, topic, {
    partitions: [partition],
    deadlineMs: context.deadlines.requestMs,
  });
  at.waking = false;
  if (context.signal.aborted) return;
  const range = ranges.get(partition);
  // Its topic may have been made anew meanwhile: then it is to be placed first.
  if (range && at.placed && at.open === 0 && at.jumps === jumps) {
    const position = context.request.rest!.resume(at, range);
    if (position !== at.position) {
      at.position = position;
      jump(at);
    }
    at.resting = false;
    at.fresh = true;
    context.telemetry.count("partitions_woken");
  } else at.notBefore = performance.now() + RETRY_MS;
  context.wake();
}
