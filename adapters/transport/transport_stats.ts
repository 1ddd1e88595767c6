/** What a transport has open at one moment. */
import type { Connection } from "../../domain/ports/transport.ts";

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

/** The numbers of some connections now. */
export function transportStats(
  open: ReadonlySet<Pick<Connection, "session" | "codec"> & { readonly queuedBytes: number }>,
): TransportStats {
  let sum = 0;
  const waiting: ConnectionStats[] = [];
  for (const { session, codec, queuedBytes } of open) {
    if (queuedBytes === 0) continue;
    sum += queuedBytes;
    waiting.push({ session, codec: codec.name, queuedBytes });
  }
  return { connections: open.size, queuedBytes: sum, slowest: longest(waiting) };
}

/** The numbers of several transports together. */
export function sumStats(...all: readonly TransportStats[]): TransportStats {
  return {
    connections: all.reduce((sum, { connections }) => sum + connections, 0),
    queuedBytes: all.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0),
    slowest: longest(all.flatMap(({ slowest }) => slowest)),
  };
}

function longest(waiting: ConnectionStats[]): readonly ConnectionStats[] {
  return waiting.sort((one, other) => other.queuedBytes - one.queuedBytes).slice(0, TOLD);
}
