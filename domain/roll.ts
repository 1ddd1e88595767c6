/** Who is present on which channel, by which nodes. */
import type { Channel, UserId } from "./channel.ts";
import { LeanMap } from "./lean_map.ts";
import type { Member } from "./presence_word.ts";

/** Someone came to a channel, or left it: the first connection of all nodes, or the last one. */
export interface PresenceChange extends Member {
  readonly kind: "joined" | "left";
}

/** Channels to users to the nodes that have them. */
export class Roll {
  readonly #channels = new Map<Channel, Map<UserId, LeanMap<string, number>>>();
  #size = 0;

  /** How many users there are, over all channels: one that is on two counts twice. */
  get size(): number {
    return this.#size;
  }

  /** Says how many connections a node has of a user on a channel; returns what that changes for those who look at the channel. */
  set({ channel, user }: Member, { node, sessions }: { readonly node: string; readonly sessions: number }):
    | PresenceChange
    | undefined {
    const users = this.#channels.get(channel) ?? new Map<UserId, LeanMap<string, number>>();
    const nodes = users.get(user) ?? new LeanMap<string, number>();
    const before = nodes.size;
    if (sessions > 0) nodes.set(node, sessions);
    else nodes.delete(node);
    if (before === 0 && nodes.size > 0) {
      users.set(user, nodes);
      this.#channels.set(channel, users);
      this.#size++;
      return { kind: "joined", channel, user };
    }
    if (before === 0 || nodes.size > 0) return undefined;
    users.delete(user);
    if (users.size === 0) this.#channels.delete(channel);
    this.#size--;
    return { kind: "left", channel, user };
  }

  /** The users of a channel, each with the number of their connections to all nodes, in the order in which they came. */
  present(channel: Channel): { user: string; sessions: number }[] {
    return Array.from(this.#channels.get(channel) ?? [], ([user, nodes]) => {
      return { user, sessions: [...nodes.values()].reduce((sum, sessions) => sum + sessions, 0) };
    });
  }
}
