/** Hands in, or asks for, how the partitions of a group are shared out. */
import { type Api, type Call, call } from "./call.ts";
import type { GroupMember } from "./heartbeat.ts";

/** Kafka's SyncGroup. */
export const SYNC_GROUP: Api = { key: 14, name: "SyncGroup", lowest: 3, highest: 3, flexibleFrom: 4 };

/** What one member gets. */
export interface MemberAssignment {
  readonly member: string;
  readonly assignment: Uint8Array;
}

/** Asks the group's coordinator. @param assignments of all members, by the leader; none by others */
export function syncGroup(
  version: number,
  { group, generation, member }: GroupMember,
  assignments: readonly MemberAssignment[],
): Call<{ readonly error: number; readonly assignment: Uint8Array }> {
  return call({ api: SYNC_GROUP, version }, {
    write(to) {
      to.string(group).int32(generation).string(member).nullableString(null);
      to.array(assignments, (one) => to.string(one.member).sizedBytes(one.assignment));
    },
    read(from) {
      from.int32();
      return { error: from.int16(), assignment: from.sizedBytes() };
    },
  });
}
