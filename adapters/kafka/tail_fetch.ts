/** Fetches what one broker leads, for one tail. */
import { parseAddress } from "./client.ts";
import { type Link, LinkError, openLink } from "./link.ts";
import { type Asked, takeFetched } from "./tail_take.ts";
import type { TailContext } from "./tail_context.ts";
import { paceMs } from "./tail_pace.ts";
import { rests } from "./tail_rest.ts";
import type { TailPartition } from "./tail_partition.ts";
import { type Bell, jitter, wait } from "./wait.ts";
import { FETCH, type FetchedPartition, type FetchPartition, fetchRecords, type FetchResponse } from "./wire/fetch.ts";
import { kafkaErrorName } from "./wire/errors.ts";

/** How long a broker waits for a first record, in milliseconds. */
const IDLE_WAIT_MS = 500;
/** The same while partitions are held back: they can only join the next fetch. */
const HELD_WAIT_MS = 50;
/** How many partitions' worth of bytes a response may have. */
const FULL_PARTITIONS = 4;
const RETRY_MS = { baseMs: 100, capMs: 1_000 };
/** A fetch that failed so often in a row is worth an operator's look: the log may seem available all the same. */
const LOUD_AFTER = 5;

/** Who fetches: `usual`, all partitions; `fresh`, those that have rested, until the usual fetch that is waiting has ended. */
export type FetchPart = "usual" | "fresh";

/** One of the two that fetch from a broker. */
export interface LeaderFetch {
  readonly leader: number;
  readonly part: FetchPart;
  /** Says that there may be something to fetch. */
  readonly work: Bell;
}

/**
 * Fetches, until the tail ends, the partitions that the broker leads: one fetch at a time, on a connection of its own,
 * where the broker waits for the first record.
 */
export async function fetchFromLeader(context: TailContext, { leader, part, work }: LeaderFetch): Promise<void> {
  const { cluster, signal, random, limits: { fetchBytes } } = context;
  let link: Link | undefined;
  let fetches = 0;
  for (let failures = 0; !signal.aborted;) {
    const { due, held, soonestMs } = partitionsOf(context, { leader, part });
    if (due.length === 0) {
      if (!held) {
        link?.close();
        link = undefined;
      }
      await work.wait(soonestMs, signal);
      continue;
    }
    try {
      link = link && !link.closed ? link : await connect(context, leader);
      const asked = due.map((at): Asked => ({ at, position: at.position!, jumps: at.jumps }));
      const maxWaitMs = held ? HELD_WAIT_MS : Math.min(IDLE_WAIT_MS, Math.max(1, soonestMs));
      context.telemetry.count("tail_fetches");
      const beganAt = performance.now();
      const response = await ask(context, link, { asked, maxWaitMs });
      const answeredAt = performance.now();
      fetches++;
      await Promise.all(
        answers(response, asked).map(async ({ question, fetched }) => {
          if (await takeFetched(context, { leader, asked: question, fetched })) question.at.servedAt = fetches;
        }),
      );
      failures = 0;
      const restMs = Math.max(
        response.throttleMs,
        paceMs(response, { fetchBytes, beganAt, answeredAt, now: performance.now() }),
      );
      if (restMs > 0) await wait(restMs, signal);
    } catch (error) {
      if (signal.aborted) break;
      link?.close();
      cluster.refresh();
      const reason = error instanceof Error ? error.message : String(error);
      context.telemetry.note(failures < LOUD_AFTER ? "debug" : "warn", "Cannot fetch from Kafka", {
        broker: leader,
        reason,
      });
      await wait(jitter(failures++, { ...RETRY_MS, fraction: random.fraction }), signal);
    }
  }
  link?.close();
}

/** What can be fetched from a broker now, who waited longest first; and when there may be more. */
function partitionsOf(context: TailContext, { leader, part }: Omit<LeaderFetch, "work">) {
  const now = performance.now();
  const due: TailPartition[] = [];
  let held = false;
  let soonestMs = 60_000;
  for (const topic of context.topics.values()) {
    for (const at of topic.partitions.values()) {
      if (!at.placed || !leads(context, leader, at)) continue;
      if (part === "fresh" ? !at.fresh : rests(context, at)) {
        if (at.resting && at.notBefore > now) soonestMs = Math.min(soonestMs, at.notBefore - now);
        continue;
      }
      if (part === "usual") at.fresh = false;
      if (at.open >= context.limits.openBatches) held = true;
      else if (at.notBefore > now) soonestMs = Math.min(soonestMs, at.notBefore - now);
      else due.push(at);
    }
  }
  return { due: due.sort((a, b) => a.servedAt - b.servedAt), held, soonestMs };
}

function leads(context: TailContext, leader: number, at: TailPartition): boolean {
  return context.cluster.state.view?.topics.get(at.topic)?.partitions.get(at.partition)?.leader === leader;
}

async function connect(context: TailContext, leader: number): Promise<Link> {
  const address = context.cluster.state.view?.brokers.get(leader);
  if (address === undefined) throw new LinkError(`Cannot reach Kafka broker ${leader}: its address is not known`);
  const { deadlines, signal } = context;
  return await openLink(context.kafka, parseAddress(address), { deadlineMs: deadlines.connectMs, signal });
}

async function ask(
  context: TailContext,
  link: Link,
  { asked, maxWaitMs }: { readonly asked: readonly Asked[]; readonly maxWaitMs: number },
): Promise<FetchResponse> {
  const { limits, deadlines, cluster } = context;
  const byTopic = Map.groupBy(asked, ({ at }) => at.topic);
  const topics = [...byTopic].map(([name, questions]) => ({
    name,
    id: context.topics.get(name)!.id,
    partitions: questions.map(({ at, position }): FetchPartition => ({
      partition: at.partition,
      leaderEpoch: cluster.state.view?.topics.get(name)?.partitions.get(at.partition)?.leaderEpoch ?? -1,
      offset: position,
      lastEpoch: at.lastEpoch,
      maxBytes: limits.fetchBytes,
    })),
  }));
  const response = await link.ask(FETCH, (version) => {
    for (const { name } of topics) context.topics.get(name)!.byId = version >= 13;
    return fetchRecords(version, { maxWaitMs, maxBytes: limits.fetchBytes * FULL_PARTITIONS, topics });
  }, maxWaitMs + deadlines.requestMs);
  if (response.error !== 0) {
    throw new LinkError(`Cannot fetch from Kafka at ${link.address}: ${kafkaErrorName(response.error)}`);
  }
  return response;
}

function answers(response: FetchResponse, asked: readonly Asked[]): { question: Asked; fetched: FetchedPartition }[] {
  return response.topics.flatMap(({ topic, partitions }) =>
    partitions.flatMap((fetched) => {
      const question = asked.find(({ at }) => at.topic === topic && at.partition === fetched.partition);
      return question ? [{ question, fetched }] : [];
    })
  );
}
