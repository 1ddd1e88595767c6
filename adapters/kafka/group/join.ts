/** Joins a group, and gets the partitions that are this member's. */
import type { TopicPartition } from "../../../domain/log_record.ts";
import { LinkError } from "../link.ts";
import { readAssignment, readSubscription, writeAssignment, writeSubscription } from "../wire/consumer_protocol.ts";
import { KAFKA_ERRORS, kafkaErrorName } from "../wire/errors.ts";
import { JOIN_GROUP, type JoinedGroup, joinGroup } from "../wire/join_group.ts";
import { SYNC_GROUP, syncGroup } from "../wire/sync_group.ts";
import { ASSIGNOR, assignPartitions } from "./assign_partitions.ts";
import { throwWhereFatal } from "./group_error.ts";
import type { MemberOptions } from "./member.ts";

/** A member of a generation; without partitions it has to join once more. */
export interface Joined {
  readonly generation: number;
  /** Empty where the group no longer knows it. */
  readonly member: string;
  /** Whether it shared the partitions out. */
  readonly leads: boolean;
  readonly partitions?: readonly TopicPartition[];
}

/**
 * Joins once. Waits for the other members, for as long as the group does.
 *
 * @param member the name from the last time; empty the first time
 * @throws {LinkError} where it may work later
 * @throws {KafkaGroupError} where waiting does not mend it
 */
export async function join(options: MemberOptions, member: string): Promise<Joined> {
  const { coordinator, group, topics, sessionMs, rebalanceMs } = options;
  const protocol = { name: ASSIGNOR, metadata: writeSubscription(topics) };
  const joined = await coordinator.ask(
    JOIN_GROUP,
    (version) => joinGroup(version, { group, sessionMs, rebalanceMs, member, protocol }),
    // The coordinator answers when the slowest member has joined.
    Math.max(rebalanceMs, sessionMs) + WAIT_MS,
  );
  const again = (known: string): Joined => ({ generation: joined.generation, member: known, leads: false });
  if (joined.error === KAFKA_ERRORS.MEMBER_ID_REQUIRED) return again(joined.member);
  if (joined.error === KAFKA_ERRORS.UNKNOWN_MEMBER_ID) return again("");
  if (joined.error === KAFKA_ERRORS.REBALANCE_IN_PROGRESS) return again(member);
  refuse(group, joined.error);

  const leads = joined.leader === joined.member;
  const of = { group, generation: joined.generation, member: joined.member };
  const shares = leads ? shareOut(options, joined) : [];
  const { error, assignment } = await coordinator.ask(
    SYNC_GROUP,
    (version) => syncGroup(version, of, shares),
    Math.max(rebalanceMs, sessionMs) + WAIT_MS,
  );
  if (error === KAFKA_ERRORS.UNKNOWN_MEMBER_ID) return again("");
  if (error === KAFKA_ERRORS.REBALANCE_IN_PROGRESS || error === KAFKA_ERRORS.ILLEGAL_GENERATION) {
    return again(joined.member);
  }
  refuse(group, error);
  return { ...of, leads, partitions: readAssignment(assignment) };
}

/** How much longer than the slowest member may take. */
const WAIT_MS = 5_000;

function refuse(group: string, error: number): void {
  throwWhereFatal(group, error);
  if (error !== KAFKA_ERRORS.NONE) throw new LinkError(`Cannot join group "${group}": ${kafkaErrorName(error)}`);
}

function shareOut({ cluster, group, topics, telemetry }: MemberOptions, { members }: JoinedGroup) {
  const { view } = cluster.state;
  const counts = new Map(topics.map((topic) => [topic, view?.topics.get(topic)?.partitions.size ?? 0]));
  const subscribers = members.map(({ member, metadata }) => ({ member, topics: readSubscription(metadata) }));
  const others = new Set(subscribers.flatMap((each) => each.topics)).difference(new Set(topics));
  if (others.size > 0) {
    telemetry.note("error", "Cannot share out topics that only other members of the group read", {
      group,
      topics: [...others].join(","),
      fix: "have all members of a group read the same topics",
    });
  }
  return [...assignPartitions(subscribers, counts)].map(([member, partitions]) => ({
    member,
    assignment: writeAssignment(partitions),
  }));
}
