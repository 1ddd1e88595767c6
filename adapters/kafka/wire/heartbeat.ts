/** Says that a member of a group is alive. */
import { type Api, type Call, call } from "./call.ts";

/** Kafka's Heartbeat. */
export const HEARTBEAT: Api = { key: 12, name: "Heartbeat", lowest: 3, highest: 3, flexibleFrom: 4 };

/** A member in a generation of its group. */
export interface GroupMember {
  readonly group: string;
  readonly generation: number;
  readonly member: string;
}

/** Tells the group's coordinator. */
export function heartbeat(version: number, of: GroupMember): Call<{ readonly error: number }> {
  return call({ api: HEARTBEAT, version }, {
    write(to) {
      to.string(of.group).int32(of.generation).string(of.member).nullableString(null);
    },
    read(from) {
      from.int32();
      return { error: from.int16() };
    },
  });
}
