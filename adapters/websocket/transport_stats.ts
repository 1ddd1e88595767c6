/** What a transport has open at one moment. */
import type { WsConnection } from "./ws_connection.ts";

/** One connection, without anything that it could be taken over by. */
export interface ConnectionStats {
  /** The session's id. */
  readonly session: string;
  /** The name of its codec. */
  readonly codec: string;
  /** Bytes that wait for its client. */
  readonly queuedBytes: number;
}

/** How many there are of each, at one moment. */
export interface TransportStats {
  /** Open connections. */
  readonly connections: number;
  /** Bytes that wait for clients, together. */
  readonly queuedBytes: number;
  /** The connections for which the most waits, the longest queue first; none for which nothing does. */
  readonly slowest: readonly ConnectionStats[];
}

/** How many of the slowest are told. */
const TOLD = 20;

/** The numbers of now. */
export function transportStats(open: ReadonlySet<WsConnection>): TransportStats {
  let sum = 0;
  const waiting: ConnectionStats[] = [];
  for (const { session, codec, queuedBytes } of open) {
    if (queuedBytes === 0) continue;
    sum += queuedBytes;
    waiting.push({ session, codec: codec.name, queuedBytes });
  }
  const slowest = waiting.sort((one, other) => other.queuedBytes - one.queuedBytes).slice(0, TOLD);
  return { connections: open.size, queuedBytes: sum, slowest };
}
