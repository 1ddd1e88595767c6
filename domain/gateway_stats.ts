/** What a gateway is at one moment, for those who watch it. */
import type { Scene } from "./scene.ts";

/** How many there are of each, at one moment. */
export interface GatewayStats {
  /** Connections whose user is known. */
  readonly sessions: number;
  /** Users with a session. */
  readonly users: number;
  /** Subscriptions of all sessions together. */
  readonly subscriptions: number;
  /** Channels with a subscriber. */
  readonly channels: number;
  /** Users who are present on channels that share it, over all nodes; and those nodes, this one among them. */
  readonly presence: { readonly members: number; readonly nodes: number };
  /** Whether appends and reads are expected to work. */
  readonly logAvailable: boolean;
  /** By topic, how many offsets the log had when it was last read that this node had not taken. */
  readonly lag: Readonly<Record<string, number>>;
}

/** The numbers of now. Looks at every channel and partition. */
export function gatewayStats({ sessions, index, view, routes, presence }: Scene): GatewayStats {
  return {
    sessions: sessions.size,
    users: sessions.users,
    subscriptions: index.subscriptions,
    channels: index.size,
    presence: presence?.size ?? { members: 0, nodes: 1 },
    logAvailable: view.state.available,
    lag: Object.fromEntries(routes.topics.map((topic) => [topic, view.lag(topic)])),
  };
}
