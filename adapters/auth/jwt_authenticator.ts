/** Authentication by tokens (JWT) that an identity provider, or a backend, has signed. */
import { from, map, type Observable, of } from "rxjs";
import { disconnect } from "../../domain/disconnect.ts";
import { failure } from "../../domain/failure.ts";
import type { Admission, Authenticator, Handshake, Identity } from "../../domain/ports/authenticator.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { TokenKeys } from "./token_key.ts";
import { type TokenProblem, type TokenRules, verifyToken } from "./verify_token.ts";

/** Whose tokens are taken, and how. */
export interface JwtAuthenticatorOptions extends Partial<TokenRules> {
  /** What tokens are verified with. */
  readonly keys: TokenKeys;
  /** By whose time tokens begin and end. */
  readonly clock: Clock;
  /** Where it is told that a token was refused, and why. */
  readonly telemetry: Telemetry;
}

const BEARER = /^bearer +([A-Za-z0-9._~+/=-]+)$/i;

/**
 * Takes tokens from the header `Authorization: Bearer`, or from the first frame `connect`: browsers cannot send the header. A token that
 * is refused is answered with HTTP 401 and `WWW-Authenticate`, or the close code 4501; where the keys cannot be had, with 503 or 1011.
 *
 * Reasons are for whoever sent the token and for the log, and never hold the token.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fixedKeys, jwtAuthenticator, secretKey } from "@tidegate/tidegate/auth";
 * import { RecordingTelemetry, VirtualClock } from "@tidegate/tidegate/testing";
 *
 * const keys = fixedKeys([secretKey("a secret of at least thirty-two bytes")]);
 * const tokens = jwtAuthenticator({ keys, clock: new VirtualClock(), telemetry: new RecordingTelemetry() });
 * tokens.admit({ header: () => [], remoteAddress: "127.0.0.1" })
 *   .subscribe((admission) => assertEquals(admission.kind, "awaited"));
 * ```
 */
export function jwtAuthenticator(options: JwtAuthenticatorOptions): Authenticator {
  const { keys, clock, telemetry } = options;
  const rules: TokenRules = {
    ...options,
    userClaim: options.userClaim ?? "sub",
    permissionsClaim: options.permissionsClaim ?? "tidegate",
  };

  const judge = (token: string): Observable<Identity | TokenProblem> =>
    from(verifyToken(token, { keys, rules, now: clock.scheduler.now() })).pipe(map((judged) => {
      if ("reason" in judged) {
        telemetry.count("tokens_refused");
        telemetry.note("info", "A token was refused", { reason: judged.reason });
      }
      return judged;
    }));

  return {
    admit(handshake) {
      const token = bearerOf(handshake);
      if (token === undefined) return of({ kind: "awaited", patient: true });
      if (typeof token !== "string") return of(token);
      return judge(token).pipe(map((judged): Admission => "reason" in judged ? refused(judged) : identified(judged)));
    },
    identify(connect) {
      if (connect?.token === undefined) {
        return of(disconnect("unauthenticated", "expected a token, in the header or the first frame, connect"));
      }
      return judge(connect.token).pipe(map((judged) => {
        if (!("reason" in judged)) return judged;
        return disconnect(judged.kind === "bad" ? "unauthenticated" : "internal", judged.reason);
      }));
    },
    refresh: (token) =>
      judge(token).pipe(map((judged) => {
        if (!("reason" in judged)) return judged;
        const code = judged.kind === "bad" ? "unauthenticated" : "unavailable";
        return failure(code, `Cannot take this token: ${judged.reason}`);
      })),
  };
}

function identified(identity: Identity): Admission {
  return { kind: "identified", identity };
}

/** The token of a handshake; `undefined` where it has none, and its refusal where it has it in a wrong way. */
function bearerOf(handshake: Handshake): string | Admission | undefined {
  const values = handshake.header("authorization");
  if (values.length === 0) return undefined;
  if (values.length > 1) return refused({ kind: "bad", reason: "the header authorization is there more than once" });
  return BEARER.exec(values[0]!)?.[1] ??
    refused({ kind: "bad", reason: "the header authorization is not Bearer and a token" });
}

function refused({ kind, reason }: TokenProblem): Admission {
  const message = `Cannot take this token: ${reason}`;
  if (kind === "unavailable") return { kind: "refused", status: 503, message, headers: { "retry-after": "5" } };
  return { kind: "refused", status: 401, message, headers: { "www-authenticate": challenge(reason) } };
}

/** RFC 6750, 3: the description has neither quotes nor backslashes. */
function challenge(reason: string): string {
  const description = reason.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'");
  return `Bearer error="invalid_token", error_description="${description}"`;
}
