/** Who the clients of a load process are, and what they subscribe to. */

/** Clients to open; those of one run are shared out to several processes. */
export interface CrowdPlan {
  readonly port: number;
  /** Microseconds since 1970 from which stamps count. */
  readonly origin: number;
  /** The number of the first client, of all that the run has. */
  readonly first: number;
  readonly clients: number;
  /** Channels that records are produced to. */
  readonly channels: number;
  /** Channels of each client; 0: it subscribes to none. */
  readonly channelsEach: number;
  /** The length of records' values. */
  readonly bytes: number;
  /** Clients besides, each alone in a channel that gets nothing. */
  readonly bystanders: number;
  /** The number of the first of these. */
  readonly firstBystander: number;
}

/** The name of a channel that records are produced to. */
export function channelName(channel: number): string {
  return `c${channel}`;
}

/** The channels of a client, by its number in the run: neighbours have neighbouring ones. */
export function channelsOf({ channels, channelsEach }: CrowdPlan, client: number): readonly number[] {
  return Array.from({ length: channelsEach }, (_, n) => (client * channelsEach + n) % channels);
}
