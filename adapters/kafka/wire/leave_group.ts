/** Leaves a group: its partitions go to others at once. */
import { type Api, type Call, call } from "./call.ts";
import type { GroupMember } from "./heartbeat.ts";

/** Kafka's LeaveGroup. */
export const LEAVE_GROUP: Api = { key: 13, name: "LeaveGroup", lowest: 1, highest: 2, flexibleFrom: 4 };

/** Tells the group's coordinator. */
export function leaveGroup(
  version: number,
  of: Pick<GroupMember, "group" | "member">,
): Call<{ readonly error: number }> {
  return call({ api: LEAVE_GROUP, version }, {
    write(to) {
      to.string(of.group).string(of.member);
    },
    read(from) {
      from.int32();
      return { error: from.int16() };
    },
  });
}
