/** A member of a consumer group: joins, works in one generation after the other, and leaves. */
import type { TopicPartition } from "../../../domain/log_record.ts";
import type { Random } from "../../../domain/ports/clock.ts";
import type { Telemetry } from "../../../domain/ports/telemetry.ts";
import type { Cluster } from "../cluster.ts";
import { LinkError } from "../link.ts";
import { jitter, wait } from "../wait.ts";
import { KAFKA_ERRORS } from "../wire/errors.ts";
import { type GroupMember, HEARTBEAT, heartbeat } from "../wire/heartbeat.ts";
import { LEAVE_GROUP, leaveGroup } from "../wire/leave_group.ts";
import { type Coordinator, CoordinatorError } from "./coordinator.ts";
import { throwWhereFatal } from "./group_error.ts";
import { join } from "./join.ts";

/** What the group gave this member to work on, until it ends. */
export interface Generation extends GroupMember {
  readonly partitions: readonly TopicPartition[];
  /** Aborts when the group wants the partitions back, when it took them, or when the member is to stop. */
  readonly ending: AbortSignal;
  /** Whether they are, or may be, another member's already: what is committed now is refused. */
  readonly lost: boolean;
}

/** What a member is made of. */
export interface MemberOptions {
  readonly coordinator: Coordinator;
  readonly cluster: Pick<Cluster, "state" | "states">;
  readonly group: string;
  readonly topics: readonly string[];
  /** A member that is silent for so long is no member any more, in milliseconds. */
  readonly sessionMs: number;
  /** How long the group waits for this member to give its partitions back, in milliseconds. */
  readonly rebalanceMs: number;
  readonly telemetry: Telemetry;
  readonly random: Random;
  /** Aborts when the member is to stop: it works to the end of what it does, then leaves. */
  readonly stop: AbortSignal;
  /** Works on the partitions; resolves when they may be given away, soon after `ending` aborted. A rejection ends the member. */
  work(generation: Generation): Promise<void>;
}

/** How often a member says that it is alive, in parts of its session. */
const BEATS_A_SESSION = 5;
const MOST_BEAT_MS = 3_000;
const RETRY_MS = { baseMs: 100, capMs: 1_000 };

/**
 * Runs until `stop` aborts and the last work has ended; resolves when it has left the group. Brokers that are away are waited for.
 *
 * @throws {KafkaGroupError} where the group cannot be used
 */
export async function runMember(options: MemberOptions): Promise<void> {
  const { coordinator, group, telemetry, stop } = options;
  let member = "";
  const drop = () => coordinator.drop();
  try {
    for (let failures = 0; !stop.aborted;) {
      // A join waits for the other members; a stop does not.
      stop.addEventListener("abort", drop, { once: true });
      try {
        const joined = await join(options, member);
        member = joined.member;
        stop.removeEventListener("abort", drop);
        if (joined.partitions === undefined) continue;
        failures = 0;
        telemetry.note("info", "Reading as a member of a group", { group, partitions: joined.partitions.length });
        if (await oneGeneration(options, { ...joined, group, partitions: joined.partitions })) member = "";
      } catch (error) {
        if (!(error instanceof LinkError) || error.fatal) throw error;
        if (error instanceof CoordinatorError) throwWhereFatal(group, error.error);
        if (stop.aborted) break;
        telemetry.note("warn", "Cannot join the group", { group, reason: error.message });
        await wait(jitter(failures++, { ...RETRY_MS, fraction: options.random.fraction }), stop);
      }
    }
  } finally {
    stop.removeEventListener("abort", drop);
    // Without it the others wait for the end of the session: as they do where this cannot be said.
    if (member) {
      await coordinator.ask(LEAVE_GROUP, (version) => leaveGroup(version, { group, member })).catch(() => {});
    }
  }
}

/** Works in one generation, alive all the while. Returns whether the group no longer knows the member. */
async function oneGeneration(
  options: MemberOptions,
  joined: GroupMember & { readonly partitions: readonly TopicPartition[]; readonly leads: boolean },
): Promise<boolean> {
  const { cluster, topics, stop } = options;
  const ending = new AbortController();
  const ended = new AbortController();
  const end = () => ending.abort();
  let lost = false;
  let unknown = false;
  stop.addEventListener("abort", end);
  if (stop.aborted) end();
  const counts = () => topics.map((topic) => cluster.state.view?.topics.get(topic)?.partitions.size ?? 0).join();
  const shared = counts();
  // Who shares the partitions out sees to new ones.
  const watching = cluster.states.subscribe(() => joined.leads && counts() !== shared && end());

  const beats = keepAlive(options, joined, {
    signal: ended.signal,
    heard(error) {
      lost ||= error !== KAFKA_ERRORS.REBALANCE_IN_PROGRESS;
      unknown ||= error === KAFKA_ERRORS.UNKNOWN_MEMBER_ID;
      end();
    },
  });
  try {
    const { group, generation, member, partitions } = joined;
    const work = options.work({
      group,
      generation,
      member,
      partitions,
      ending: ending.signal,
      get lost() {
        return lost;
      },
    });
    // Beats end by themselves only with an error.
    await Promise.race([work, beats.then(() => work)]);
  } finally {
    stop.removeEventListener("abort", end);
    watching.unsubscribe();
    ending.abort();
    ended.abort();
    await beats.catch(() => {});
  }
  return unknown;
}

/** Says again and again that the member is alive, until the signal aborts or it is none. */
async function keepAlive(
  { coordinator, sessionMs, telemetry }: MemberOptions,
  member: GroupMember,
  { signal, heard }: { readonly signal: AbortSignal; readonly heard: (error: number) => void },
): Promise<void> {
  const beatMs = Math.min(MOST_BEAT_MS, sessionMs / BEATS_A_SESSION);
  while (!signal.aborted) {
    await wait(beatMs, signal);
    if (signal.aborted) return;
    try {
      const { error } = await coordinator.ask(HEARTBEAT, (version) => heartbeat(version, member));
      if (error === KAFKA_ERRORS.NONE) continue;
      throwWhereFatal(member.group, error);
      heard(error);
      if (error !== KAFKA_ERRORS.REBALANCE_IN_PROGRESS) return;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      telemetry.note("debug", "Cannot tell the group that its member is alive", { reason: error.message });
    }
  }
}
