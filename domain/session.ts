/** A connected client. */
import type { Channel } from "./channel.ts";
import type { Membership, Subscriber } from "./channel_index.ts";
import type { ServerFrame } from "./frame.ts";
import type { LeanMap } from "./lean_map.ts";
import type { Identity } from "./ports/authenticator.ts";
import type { Effect } from "./ports/transport.ts";
import type { ConnectionRates } from "./rate_limits.ts";

/** A connection whose user is known, with its subscriptions. */
export interface Session extends Subscriber {
  /** Another one, of the same user, after a refresh. */
  identity: Identity;
  readonly memberships: LeanMap<Channel, Membership>;
  /** Whether the gateway has ended it: nothing that it has sent is begun any more. */
  ended?: true;
  /** The number of the last refresh that was asked for, and of the last that was done. */
  refreshes?: { readonly asked: number; readonly done: number };
  /** How much it may ask for; see `rate_limits.ts`. */
  readonly rates: ConnectionRates;
}

/** The effect that sends frames to one session, in order. */
export function reply(session: Pick<Session, "connection">, ...frames: readonly ServerFrame[]): Effect[] {
  const { connection } = session;
  return frames.map((frame) => ({ kind: "send", connections: [connection], frame: connection.codec.encode(frame) }));
}
