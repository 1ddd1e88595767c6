/** Refusals of the gateway as answers over HTTP: the one table of status codes. */
import { STATUS_CODE, type StatusCode } from "@std/http/status";
import type { Disconnect, DisconnectName, Retry } from "../../domain/disconnect.ts";
import { type Failure, type FailureCode, FAILURES } from "../../domain/failure.ts";

/** Why a request was not carried out, and the status that says so. */
export interface HttpRefusal {
  readonly status: StatusCode;
  readonly error: {
    /** A code of a refused request, or the name of a close. */
    readonly code: FailureCode | DisconnectName;
    readonly message: string;
    readonly retry: Retry;
    /** How long to wait before trying again, in milliseconds; 0 where that does not apply. */
    readonly retryAfterMs: number;
  };
  readonly headers?: Readonly<Record<string, string>>;
}

const FAILURE_STATUS: Readonly<Record<FailureCode, StatusCode>> = {
  bad_request: STATUS_CODE.BadRequest,
  unknown_frame: STATUS_CODE.BadRequest,
  bad_channel: STATUS_CODE.BadRequest,
  unknown_channel: STATUS_CODE.NotFound,
  bad_cursor: STATUS_CODE.BadRequest,
  unauthenticated: STATUS_CODE.Unauthorized,
  forbidden: STATUS_CODE.Forbidden,
  already_connected: STATUS_CODE.Conflict,
  already_subscribed: STATUS_CODE.Conflict,
  not_subscribed: STATUS_CODE.Conflict,
  limit_exceeded: STATUS_CODE.TooManyRequests,
  rate_limited: STATUS_CODE.TooManyRequests,
  too_large: STATUS_CODE.ContentTooLarge,
  bad_payload: STATUS_CODE.UnsupportedMediaType,
  cancelled: STATUS_CODE.Conflict,
  stateful_pipeline: STATUS_CODE.Conflict,
  rejected: STATUS_CODE.UnprocessableEntity,
  dropped: STATUS_CODE.UnprocessableEntity,
  pipeline_failed: STATUS_CODE.InternalServerError,
  pipeline_timeout: STATUS_CODE.ServiceUnavailable,
  draining: STATUS_CODE.ServiceUnavailable,
  unavailable: STATUS_CODE.ServiceUnavailable,
  internal: STATUS_CODE.InternalServerError,
};

const DISCONNECT_STATUS: Readonly<Record<DisconnectName, StatusCode>> = {
  normal: STATUS_CODE.ServiceUnavailable,
  protocol_error: STATUS_CODE.BadRequest,
  not_utf8: STATUS_CODE.BadRequest,
  too_large: STATUS_CODE.ContentTooLarge,
  internal: STATUS_CODE.InternalServerError,
  draining: STATUS_CODE.ServiceUnavailable,
  slow_consumer: STATUS_CODE.ServiceUnavailable,
  no_pong: STATUS_CODE.ServiceUnavailable,
  token_expired: STATUS_CODE.Unauthorized,
  log_unavailable: STATUS_CODE.ServiceUnavailable,
  bad_frame: STATUS_CODE.BadRequest,
  unauthenticated: STATUS_CODE.Unauthorized,
  forbidden: STATUS_CODE.Forbidden,
  limit_exceeded: STATUS_CODE.TooManyRequests,
  protocol_version: STATUS_CODE.BadRequest,
};

/** How long to wait after a close that says `wait`, in milliseconds. */
const WAIT_MS = 1000;

/** What HTTP adds to what the gateway says of a refused request, by code. */
export type Hints = Partial<Readonly<Record<FailureCode, string>>>;

/** The answer to a request that the gateway refused. */
export function refusalOf(failure: Failure, hints: Hints = {}): HttpRefusal {
  const { code, message, retry, retryAfterMs } = failure;
  const hint = hints[code];
  const error = { code, message: hint === undefined ? message : `${message}; ${hint}`, retry, retryAfterMs };
  return { status: FAILURE_STATUS[code], error };
}

/** The answer to a request whose connection the gateway ended before it was answered. */
export function refusalOfEnd(disconnect: Disconnect, what: string): HttpRefusal {
  const { name, detail, retry } = disconnect;
  const message = `Cannot ${what}: ${detail ?? REASONS[name] ?? name}`;
  return {
    status: DISCONNECT_STATUS[name],
    error: { code: name, message, retry, retryAfterMs: retry === "wait" ? WAIT_MS : 0 },
  };
}

const REASONS: Partial<Readonly<Record<DisconnectName, string>>> = {
  draining: "this node is being stopped; another one takes it, and a publish is sent again with its Idempotency-Key",
  internal: "the gateway failed; send it again with the same Idempotency-Key",
  unauthenticated: "who you are could not be told",
};

/** A refusal that HTTP alone is the reason of. */
export function refuseHttp(
  status: keyof typeof STATUS_CODE,
  code: FailureCode,
  { message, headers }: { readonly message: string; readonly headers?: Readonly<Record<string, string>> },
): HttpRefusal {
  const { retry, retryAfterMs } = FAILURES[code];
  return {
    status: STATUS_CODE[status],
    error: { code, message, retry, retryAfterMs },
    ...(headers ? { headers } : {}),
  };
}

/** The headers that go with a refusal: when to come again, and how to say who one is. */
export function refusalHeaders({ status, error, headers }: HttpRefusal): Record<string, string> {
  const isForLater = error.retry === "retry" || error.retry === "wait";
  return {
    ...(isForLater ? { "retry-after": String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))) } : {}),
    ...(status === STATUS_CODE.Unauthorized ? { "www-authenticate": "Bearer" } : {}),
    ...headers,
  };
}
