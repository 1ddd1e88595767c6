import type { Publication } from "./publication.ts";

/** What happens on a channel that a program subscribes to. */
export type ChannelEvent =
  | { readonly kind: "publication"; readonly publication: Publication }
  | Subscribed
  | PresenceChanged
  /** The log itself lost or cut records of the channel. */
  | { readonly kind: "gap"; readonly channel: string; readonly cursor: string; readonly reason: string }
  /** This client is too slow for the channel: so many publications were left out, up to the cursor. */
  | { readonly kind: "skipped"; readonly channel: string; readonly cursor: string; readonly count: number };

/** The channel is live: after the first subscribe, and after each re-connect. */
export interface Subscribed {
  /** Tells it from other events. */
  readonly kind: "subscribed";
  /** The channel. */
  readonly channel: string;
  /** Where to go on from, had nothing come after it. */
  readonly cursor: string;
  /** Everything after where the program was has been delivered. */
  readonly recovered: boolean;
  /** Why not, such as `expired`: publications are missing before this event. */
  readonly reason?: string;
}

/** A user's first connection to the channel came, or the last one went: where its route announces presence, to who may see it. */
export interface PresenceChanged {
  /** Tells it from other events. */
  readonly kind: "joined" | "left";
  /** The channel. */
  readonly channel: string;
  /** Who came or went. */
  readonly user: string;
}
