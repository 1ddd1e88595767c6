/** Why a connection ends: the one table of close codes. */

/** What a client does after the close. */
export type Retry = "none" | "retry" | "wait" | "cancel";

/** A coded end of a connection. */
export interface Disconnect {
  /** The WebSocket close code. */
  readonly code: number;
  /** A short name, stable for programs; the close reason starts with it. */
  readonly name: DisconnectName;
  /** What a client does about it. */
  readonly retry: Retry;
  /** What happened, for a person; at most 100 bytes. */
  readonly detail?: string;
}

/** The name of a row of {@linkcode DISCONNECTS}. */
export type DisconnectName = keyof typeof TABLE;

const TABLE = {
  normal: { code: 1000, retry: "none" },
  protocol_error: { code: 1002, retry: "none" },
  not_utf8: { code: 1007, retry: "none" },
  too_large: { code: 1009, retry: "none" },
  internal: { code: 1011, retry: "wait" },
  draining: { code: 4000, retry: "retry" },
  slow_consumer: { code: 4001, retry: "wait" },
  no_pong: { code: 4002, retry: "retry" },
  token_expired: { code: 4003, retry: "retry" },
  log_unavailable: { code: 4004, retry: "wait" },
  bad_frame: { code: 4500, retry: "none" },
  unauthenticated: { code: 4501, retry: "none" },
  forbidden: { code: 4502, retry: "none" },
  limit_exceeded: { code: 4503, retry: "none" },
  protocol_version: { code: 4504, retry: "none" },
} as const satisfies Record<string, { code: number; retry: Retry }>;

/** Every reason for which the gateway ends a connection: 4000-4499 a client re-connects, 4500-4999 it does not. */
export const DISCONNECTS: Readonly<Record<DisconnectName, { readonly code: number; readonly retry: Retry }>> = TABLE;

/** A row of the table, with what happened. */
export function disconnect(name: DisconnectName, detail?: string): Disconnect {
  return { name, ...TABLE[name], ...(detail === undefined ? {} : { detail }) };
}
