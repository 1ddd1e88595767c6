/** Who is subscribed to what: the index that makes fan-out cost what it reaches. */
import type { Channel, UserId } from "./channel.ts";
import { LeanMap } from "./lean_map.ts";
import { LeanSet } from "./lean_set.ts";
import type { Codec } from "./ports/codec.ts";
import type { Connection, Effect, Spare } from "./ports/transport.ts";

/** A connection that subscribes, with the user that it is of. */
export interface Subscriber {
  readonly connection: Connection;
  readonly user: UserId;
}

/** One subscription of one connection. */
export interface Membership {
  readonly channel: Channel;
  readonly subscriber: Subscriber;
  /** The frames that are held back while the connection replays, oldest first; absent before and after. */
  held?: { readonly frames: Uint8Array[]; bytes: number };
}

/** A frame for all subscribers of a channel, encoded at most once a codec. */
export interface Fanout {
  readonly channel: Channel;
  /** The bytes of the frame in a codec; asked once for each codec that a subscriber has. */
  encode(codec: Codec): Uint8Array;
  /** A connection that does not get it. */
  readonly except?: Connection;
  /** How the frame may be left out for a connection that is too slow; absent: it may not. */
  spare?(codec: Codec): Spare;
}

/** The subscriptions of one channel; there may be as many channels as connections. */
class Members {
  readonly all = new LeanMap<Connection, Membership>();
  readonly live = new LeanMap<Codec, LeanSet<Connection>>();
  /** Absent while there are none. */
  holding: Set<Membership> | undefined;

  goLive(connection: Connection): void {
    const live = this.live.get(connection.codec) ?? new LeanSet();
    live.add(connection);
    this.live.set(connection.codec, live);
  }

  hold(membership: Membership): void {
    (this.holding ??= new Set()).add(membership);
  }

  /** Holds nothing for a subscription any more; false where nothing was. */
  letGo(membership: Membership): boolean {
    const wasHeld = this.holding?.delete(membership) ?? false;
    if (this.holding?.size === 0) this.holding = undefined;
    return wasHeld;
  }

  remove({ subscriber: { connection } }: Membership): void {
    this.all.delete(connection);
    const live = this.live.get(connection.codec);
    live?.delete(connection);
    if (live?.size === 0) this.live.delete(connection.codec);
  }
}

/** Channels to connections. One a gateway; its size is that of the subscriptions. */
export class ChannelIndex {
  readonly #channels = new Map<Channel, Members>();

  /** How many channels have a subscriber. */
  get size(): number {
    return this.#channels.size;
  }

  /** How many subscriptions there are; looks at every channel. */
  get subscriptions(): number {
    let count = 0;
    for (const { all } of this.#channels.values()) count += all.size;
    return count;
  }

  /** Whether anyone subscribes to a channel. */
  has(channel: Channel): boolean {
    return this.#channels.has(channel);
  }

  /** Every channel with a subscriber. */
  channels(): Iterable<Channel> {
    return this.#channels.keys();
  }

  /**
   * Subscribes. With `hold`, frames are for it from {@linkcode holdFromNow} on, and kept back until {@linkcode release}. A connection joins a
   * channel once.
   */
  join(subscriber: Subscriber, channel: Channel, options: { hold: boolean }): Membership {
    const members = this.#channels.get(channel) ?? new Members();
    this.#channels.set(channel, members);
    const membership: Membership = { channel, subscriber };
    members.all.set(subscriber.connection, membership);
    if (!options.hold) members.goLive(subscriber.connection);
    return membership;
  }

  /** Keeps frames back from now on: the subscription begins. Ignored where it has ended. */
  holdFromNow(membership: Membership): void {
    if (!this.isCurrent(membership)) return;
    membership.held = { frames: [], bytes: 0 };
    this.#channels.get(membership.channel)?.hold(membership);
  }

  /** Lets the held frames go: what the caller sends now, in this order, before any later frame. */
  release(membership: Membership): readonly Uint8Array[] {
    const { held } = membership;
    const members = this.#channels.get(membership.channel);
    if (!held || !members?.letGo(membership)) return [];
    delete membership.held;
    members.goLive(membership.subscriber.connection);
    return held.frames;
  }

  /** Ends a subscription; a second time is ignored. */
  leave(membership: Membership): void {
    const { channel, subscriber: { connection } } = membership;
    const members = this.#channels.get(channel);
    if (members?.all.get(connection) !== membership) return;
    members.letGo(membership);
    members.remove(membership);
    if (members.all.size === 0) this.#channels.delete(channel);
  }

  /** Whether a subscription is still the connection's one of its channel. */
  isCurrent(membership: Membership): boolean {
    return this.#channels.get(membership.channel)?.all.get(membership.subscriber.connection) === membership;
  }

  /** The users of a channel, each with the number of their connections, in the order in which they came. */
  present(channel: Channel): { user: string; sessions: number }[] {
    const sessions = new Map<string, number>();
    for (const { subscriber: { user } } of this.#channels.get(channel)?.all.values() ?? []) {
      sessions.set(user, (sessions.get(user) ?? 0) + 1);
    }
    return Array.from(sessions, ([user, count]) => ({ user, sessions: count }));
  }

  /**
   * The effects that bring a frame to a channel's subscribers, appended to `effects`. Returns how many connections it
   * is for. A subscription whose held frames pass `holdBytes` is appended to `overdue`.
   */
  fanOut(fanout: Fanout, out: { effects: Effect[]; overdue: Membership[]; holdBytes: number }): number {
    const members = this.#channels.get(fanout.channel);
    if (!members) return 0;
    let reached = 0;
    for (const [codec, live] of members.live) {
      const connections = fanout.except && live.has(fanout.except) ? without(live, fanout.except) : live;
      const size = connections === live ? live.size : live.size - 1;
      if (size === 0) continue;
      reached += size;
      const frame = fanout.encode(codec);
      out.effects.push(
        fanout.spare
          ? { kind: "send", connections, frame, spare: fanout.spare(codec) }
          : { kind: "send", connections, frame },
      );
    }
    for (const membership of members.holding ?? []) {
      const { held, subscriber: { connection } } = membership;
      if (!held || connection === fanout.except) continue;
      const frame = fanout.encode(connection.codec);
      held.frames.push(frame);
      held.bytes += frame.length;
      reached++;
      if (held.bytes > out.holdBytes) out.overdue.push(membership);
    }
    return reached;
  }
}

function without(connections: Iterable<Connection>, except: Connection): Connection[] {
  return [...connections].filter((connection) => connection !== except);
}
