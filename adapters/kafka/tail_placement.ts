/** Decides at which offset a tail goes on in each partition: at first, and where the log is not what it was. */
import type { OffsetRange } from "../../domain/ports/log.ts";
import type { TopicView } from "./cluster_view.ts";
import { askRanges } from "./ranges.ts";
import type { TailContext, TailTopic } from "./tail_context.ts";
import { jump, type TailPartition, tailPartition } from "./tail_partition.ts";
import { type Bell, jitter, wait } from "./wait.ts";

/** A broker that just became leader may be wrong about a range: so many answers in a row are believed. */
const ANSWERS_UNTIL_CHANGED = 3;
const RETRY_MS = { baseMs: 100, capMs: 1_000 };

/** Places the partitions of one topic until the tail ends. Topics do not wait for one another. */
export async function placeTopic(context: TailContext, topic: TailTopic, looks: Bell): Promise<void> {
  const { cluster, signal } = context;
  const ended = new Set<string>();
  let first: ReadonlySet<number> | undefined;
  for (let failures = 0; !signal.aborted;) {
    const view = cluster.state.view?.topics.get(topic.name);
    if (view && !(view.id !== undefined && ended.has(view.id))) {
      if (isNewLife(topic, view)) {
        if (topic.id !== undefined) ended.add(topic.id);
        beginLife(context, topic, view);
      }
      topic.id ??= view.id;
      const { only } = context.request;
      const known = [...view.partitions.keys()].filter((partition) => only?.({ topic: topic.name, partition }) ?? true);
      // Of some partitions none is new: its reader knows where it was in each.
      first = first === undefined || only ? new Set(known) : first;
      for (const partition of known) {
        if (!topic.partitions.has(partition)) {
          topic.partitions.set(partition, tailPartition({ topic: topic.name, partition }));
        }
      }
      if (await placeAll(context, topic, first)) failures = 0;
      else {
        await wait(jitter(failures++, { ...RETRY_MS, fraction: context.random.fraction }), signal);
        continue;
      }
    }
    await looks.wait(60_000, signal);
  }
}

/** Whether the topic was deleted and made again. A broker's view may be old: where leaders can be asked by id, theirs counts. */
function isNewLife(topic: TailTopic, view: TopicView): boolean {
  if (topic.id === undefined || view.id === undefined || topic.id === view.id) return false;
  return topic.refused || !topic.byId;
}

function beginLife(context: TailContext, topic: TailTopic, view: TopicView): void {
  topic.id = view.id;
  topic.refused = false;
  for (const at of topic.partitions.values()) {
    at.placed = false;
    at.newLife = at.position !== undefined;
    jump(at);
    if (view.partitions.has(at.partition)) continue;
    topic.partitions.delete(at.partition);
    if (at.position !== undefined) context.emit(at, { to: 0, high: 0, lost: "log_changed" });
  }
}

/** Places what is not placed. Returns whether nothing is left to be tried again soon. */
async function placeAll(context: TailContext, topic: TailTopic, first: ReadonlySet<number>): Promise<boolean> {
  const unplaced = [...topic.partitions.values()].filter((at) => !at.placed);
  if (unplaced.length === 0) return true;
  const life = topic.id;
  const partitions = unplaced.map((at) => at.partition);
  const { ranges } = await askRanges(context.cluster, topic.name, {
    partitions,
    deadlineMs: context.deadlines.requestMs,
  });
  if (context.signal.aborted || topic.id !== life) return false;
  let sure = true;
  for (const at of unplaced) {
    const range = ranges.get(at.partition);
    if (range && at.position === undefined) {
      at.position = first.has(at.partition) ? startOf(context, at, range) : range.low;
      at.placed = true;
    } else if (range) {
      at.placed = replace(context, { topic, at, range });
    }
    sure &&= at.placed;
  }
  context.wake();
  return sure;
}

function startOf(context: TailContext, at: TailPartition, range: OffsetRange): number {
  try {
    const wanted = context.request.start({ topic: at.topic, partition: at.partition }, range);
    return Math.min(Math.max(wanted, range.low), range.high);
  } catch (error) {
    context.fail(error);
    return range.high;
  }
}

/** Places a partition again whose position its leader refused, or whose topic is a new one. Returns whether it did. */
function replace(
  context: TailContext,
  { topic, at, range }: { readonly topic: TailTopic; readonly at: TailPartition; readonly range: OffsetRange },
): boolean {
  const { low, high } = range;
  const position = at.position!;
  if (at.newLife) {
    at.newLife = false;
    context.emit(at, { to: low, high, lost: "log_changed" });
  } else if (position < low) {
    context.emit(at, { to: low, high, lost: "expired" });
  } else if (++at.outOfRange >= ANSWERS_UNTIL_CHANGED) {
    // Cut short: what is written from here on is new. Without ids it may also be another topic: nothing of that is left out.
    const to = position <= high ? position : topic.id === undefined ? low : high;
    context.emit(at, { to, high, lost: "log_changed" });
  } else {
    // Fetched once more where the position is inside the range by now.
    return position <= high;
  }
  return true;
}
