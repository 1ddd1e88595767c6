/** Authentication by nobody: every client is an anonymous user. */
import { of } from "rxjs";
import type { UserId } from "../../domain/channel.ts";
import type { Random } from "../../domain/ports/clock.ts";
import type { Authenticator } from "../../domain/ports/authenticator.ts";
import { quoted } from "../telemetry/printable.ts";
import { addressSet, LOOPBACK } from "./address_set.ts";
import { resumeTokens } from "./resume_token.ts";

/** How anonymous users are made. */
export interface NoneAuthenticatorOptions {
  /**
   * Signs `resume`; nodes with the same secret know each other's users. Absent: one is made, and users end with the
   * process.
   */
  readonly secret?: string;
  /** Whether clients of other machines are let in. Default false: their handshake is refused with 403. */
  readonly allowRemote?: boolean;
  /** Makes the users' ids. */
  readonly random: Random;
}

/**
 * Makes an anonymous user, a random UUID, of every client, and gives it a `resume` that restores this user later.
 *
 * A `resume` that does not verify gets a new user, as none does: after the secret has changed clients still come in.
 */
export function noneAuthenticator(options: NoneAuthenticatorOptions): Authenticator {
  const { secret, allowRemote = false, random } = options;
  const tokens = resumeTokens(secret);
  const loopback = addressSet(LOOPBACK);
  return {
    admit({ remoteAddress }) {
      if (allowRemote || loopback.has(remoteAddress)) return of({ kind: "awaited" });
      return of({
        kind: "refused",
        status: 403,
        message: `Cannot let ${quoted(remoteAddress)} in without a name: anonymous users are taken from this ` +
          "machine only, unless auth.allow_remote = true",
      });
    },
    identify(connect) {
      const resumed = connect?.resume === undefined ? undefined : tokens.verify(connect.resume);
      const user = resumed ?? random.uuid() as UserId;
      return of({ user, resume: tokens.sign(user) });
    },
  };
}
