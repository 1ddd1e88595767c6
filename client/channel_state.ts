import { Subject, type Subscription } from "rxjs";
import type { ChannelEvent } from "./channel_event.ts";
import { RecentNames } from "./recent_names.ts";

/** Where a subscription of one channel is. */
export type Phase =
  /** Not asked for on this connection. */
  | "idle"
  /** Asked for, and not answered. */
  | "asked"
  | "live"
  /** Given up by the program; the gateway has not answered yet. */
  | "leaving";

/** What a client knows of a channel that it subscribes to, or has subscribed to. */
export interface ChannelState {
  readonly name: string;
  readonly events: Subject<ChannelEvent>;
  observers: number;
  phase: Phase;
  /** Where to go on from. */
  since: string | undefined;
  /** The id of the request that is not answered. */
  request: number;
  readonly seen: RecentNames;
  retry?: Subscription;
}

/** How many messages of a channel are remembered, to leave out one that comes twice. */
const REMEMBERED = 500;
/** A channel that nobody listens to yet. */
export function channelState(name: string): ChannelState {
  return {
    name,
    events: new Subject(),
    observers: 0,
    phase: "idle",
    since: undefined,
    request: 0,
    seen: new RecentNames(REMEMBERED),
  };
}
