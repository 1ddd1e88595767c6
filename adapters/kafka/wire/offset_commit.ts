/** Commits where a group is. */
import { type Api, type Call, call } from "./call.ts";
import type { Position } from "../../jobs/position.ts";
import { readFirstError, writeOffsets } from "./group_places.ts";
import type { GroupMember } from "./heartbeat.ts";

/** Kafka's OffsetCommit. */
export const OFFSET_COMMIT: Api = { key: 8, name: "OffsetCommit", lowest: 7, highest: 7, flexibleFrom: 8 };

/** Asks the group's coordinator; it refuses a member that is not of the group's generation. */
export function offsetCommit(
  version: number,
  of: GroupMember,
  offsets: readonly Position[],
): Call<{ readonly error: number }> {
  return call({ api: OFFSET_COMMIT, version }, {
    write(to) {
      to.string(of.group).int32(of.generation).string(of.member).nullableString(null);
      writeOffsets(to, offsets);
    },
    read(from) {
      from.int32();
      return { error: readFirstError(from) };
    },
  });
}
