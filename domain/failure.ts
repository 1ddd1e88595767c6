/** Why a request was refused: the one table of error codes. */
import type { Retry } from "./disconnect.ts";

/** The code of a row of {@linkcode FAILURES}. */
export type FailureCode = keyof typeof TABLE;

/** A refused request. */
export interface Failure {
  /** A short name, stable for programs. */
  readonly code: FailureCode;
  /** What was tried, the value, and the way out. */
  readonly message: string;
  /** What a client does about it. */
  readonly retry: Retry;
  /** How long to wait before trying again, in milliseconds; 0 where that does not apply. */
  readonly retryAfterMs: number;
}

const TABLE = {
  bad_request: { retry: "none", retryAfterMs: 0 },
  unknown_frame: { retry: "none", retryAfterMs: 0 },
  bad_channel: { retry: "none", retryAfterMs: 0 },
  unknown_channel: { retry: "none", retryAfterMs: 0 },
  bad_cursor: { retry: "none", retryAfterMs: 0 },
  unauthenticated: { retry: "none", retryAfterMs: 0 },
  forbidden: { retry: "none", retryAfterMs: 0 },
  already_connected: { retry: "none", retryAfterMs: 0 },
  already_subscribed: { retry: "none", retryAfterMs: 0 },
  not_subscribed: { retry: "none", retryAfterMs: 0 },
  limit_exceeded: { retry: "wait", retryAfterMs: 1000 },
  rate_limited: { retry: "wait", retryAfterMs: 250 },
  too_large: { retry: "none", retryAfterMs: 0 },
  bad_payload: { retry: "none", retryAfterMs: 0 },
  rejected: { retry: "none", retryAfterMs: 0 },
  dropped: { retry: "none", retryAfterMs: 0 },
  pipeline_failed: { retry: "none", retryAfterMs: 0 },
  pipeline_timeout: { retry: "wait", retryAfterMs: 1000 },
  stateful_pipeline: { retry: "none", retryAfterMs: 0 },
  cancelled: { retry: "cancel", retryAfterMs: 0 },
  draining: { retry: "retry", retryAfterMs: 0 },
  unavailable: { retry: "wait", retryAfterMs: 1000 },
  internal: { retry: "wait", retryAfterMs: 1000 },
} as const satisfies Record<string, { retry: Retry; retryAfterMs: number }>;

/** Every reason for which the gateway refuses a request, with what a client does about it. */
export const FAILURES: Readonly<Record<FailureCode, { readonly retry: Retry; readonly retryAfterMs: number }>> = TABLE;

/** A row of the table, with what happened. */
export function failure(code: FailureCode, message: string): Failure {
  return { code, message, ...TABLE[code] };
}

/** Whether a result is a refusal. */
export function isFailure<T extends object>(result: T | Failure): result is Failure {
  return "code" in result && "retryAfterMs" in result;
}
