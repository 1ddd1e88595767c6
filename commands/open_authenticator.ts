/** Who clients are, as a configuration has it. */
import {
  checkOrigin,
  fixedKeys,
  headerAuthenticator,
  jwtAuthenticator,
  noneAuthenticator,
  type OriginOptions,
  RemoteKeys,
} from "../adapters/auth/mod.ts";
import type { Configuration, JwtConfiguration } from "../adapters/config/mod.ts";
import type { Authenticator } from "../domain/ports/authenticator.ts";
import type { Clock, Random } from "../domain/ports/clock.ts";
import type { Telemetry } from "../domain/ports/telemetry.ts";

/** What an authenticator needs of the process. */
export interface AuthenticatorSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** The authenticator of a configuration; pages of other sites are refused before it is asked. */
export function openAuthenticator(
  configuration: Pick<Configuration, "auth" | "jwt" | "log">,
  surroundings: AuthenticatorSurroundings,
): Authenticator {
  const { auth, jwt } = configuration;
  for (const warning of identityWarnings(configuration)) surroundings.telemetry.note("warn", warning);
  const { mode, allowRemote } = auth;
  const authenticator = jwt ? ofTokens(jwt, surroundings) : mode === "none" ? ofNobody() : ofProxies();
  return checkOrigin(authenticator, originOptions(configuration));

  function ofNobody(): Authenticator {
    const { secret } = auth;
    return noneAuthenticator({ allowRemote, random: surroundings.random, ...(secret === undefined ? {} : { secret }) });
  }

  function ofProxies(): Authenticator {
    const { header, trustedProxies, proxySecret, proxySecretHeader } = auth;
    return headerAuthenticator({
      header,
      proxySecretHeader,
      ...(trustedProxies ? { trustedProxies } : {}),
      ...(proxySecret === undefined ? {} : { proxySecret }),
    });
  }
}

/** Whose pages are let in. */
export function originOptions({ auth }: Pick<Configuration, "auth">): OriginOptions {
  const { mode, allowRemote, allowedOrigins } = auth;
  return { thisMachineOnly: mode === "none" && !allowRemote, ...(allowedOrigins ? { allowedOrigins } : {}) };
}

function ofTokens(jwt: JwtConfiguration, { clock, telemetry }: AuthenticatorSurroundings): Authenticator {
  if (!("url" in jwt.keys)) return jwtAuthenticator({ ...jwt, keys: fixedKeys(jwt.keys), clock, telemetry });
  const keys = new RemoteKeys({ url: jwt.keys.url, clock, telemetry });
  // The first client does not wait for them; that they cannot be had is said at the start.
  void keys.prefetch();
  return jwtAuthenticator({ ...jwt, keys, clock, telemetry });
}

/** What an operator should know of who is let in, a sentence each. */
export function identityWarnings({ auth, jwt, log }: Pick<Configuration, "auth" | "jwt" | "log">): readonly string[] {
  const warnings: string[] = [];
  if (jwt && "url" in jwt.keys && !jwt.audience) {
    warnings.push(
      "Tokens that this identity provider made for others are taken too: set jwt.audience to what the aud of this " +
        "gateway's tokens is",
    );
  }
  if (auth.denyList && log.kind !== "kafka" && (log.retentionHours ?? log.retentionBytes) !== undefined) {
    warnings.push(
      "A restart forgets denials that are older than log.retention_hours, or were pushed out by log.retention_bytes: " +
        "an embedded log does not compact; with Kafka they stay",
    );
  }
  return warnings;
}
