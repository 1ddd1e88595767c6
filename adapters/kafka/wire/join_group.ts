/** Joins a consumer group: the answer comes when all of its members have. */
import { type Api, type Call, call } from "./call.ts";

/** Kafka's JoinGroup. */
export const JOIN_GROUP: Api = { key: 11, name: "JoinGroup", lowest: 5, highest: 5, flexibleFrom: 6 };

/** Who joins. */
export interface JoinRequest {
  readonly group: string;
  /** A member that is silent for so long is no member any more, in milliseconds. */
  readonly sessionMs: number;
  /** How long the group waits for a member to join anew, in milliseconds. */
  readonly rebalanceMs: number;
  /** Empty the first time. */
  readonly member: string;
  /** How partitions are shared out, by name, and what this member says of itself in it. */
  readonly protocol: { readonly name: string; readonly metadata: Uint8Array };
}

/** A generation of the group. */
export interface JoinedGroup {
  readonly error: number;
  readonly generation: number;
  /** The member that shares the partitions out. */
  readonly leader: string;
  readonly member: string;
  /** What each member said of itself; empty unless this member is the leader. */
  readonly members: readonly { readonly member: string; readonly metadata: Uint8Array }[];
}

/** Asks the group's coordinator. */
export function joinGroup(version: number, request: JoinRequest): Call<JoinedGroup> {
  return call({ api: JOIN_GROUP, version }, {
    write(to) {
      to.string(request.group).int32(request.sessionMs).int32(request.rebalanceMs);
      to.string(request.member).nullableString(null).string("consumer");
      to.array([request.protocol], ({ name, metadata }) => to.string(name).sizedBytes(metadata));
    },
    read(from) {
      from.int32();
      const error = from.int16();
      const generation = from.int32();
      from.string();
      const leader = from.string();
      const member = from.string();
      const members = from.array(() => {
        const id = from.string();
        from.nullableString();
        return { member: id, metadata: from.sizedBytes() };
      });
      return { error, generation, leader, member, members };
    },
  });
}
