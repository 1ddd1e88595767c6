/** The deny-list before the door: handshakes and plain HTTP of those who are denied. */
import { defer, map, of } from "rxjs";
import type { DenyList } from "./deny_list.ts";
import type { Admission, Authenticator } from "./ports/authenticator.ts";
import type { Clock } from "./ports/clock.ts";

/**
 * Refuses whom the list denies with 403, and everyone with 503 while it cannot be trusted. Whom only their first frame makes known are
 * looked up when it comes, by the gateway itself.
 */
export function refuseDenied(
  authenticator: Authenticator,
  { denials, clock: { scheduler } }: { readonly denials: DenyList; readonly clock: Clock },
): Authenticator {
  return {
    ...authenticator,
    admit: (handshake) =>
      defer(() => {
        const problem = denials.problem(scheduler.now());
        if (problem !== undefined) return of(unavailable(problem));
        return authenticator.admit(handshake).pipe(map((admission): Admission => {
          if (admission.kind !== "identified" || !denials.denies(admission.identity, scheduler.now())) return admission;
          return { kind: "refused", status: 403, message: "Cannot let this user in: denied" };
        }));
      }),
  };
}

function unavailable(problem: string): Admission {
  const headers = { "retry-after": "5" };
  return { kind: "refused", status: 503, message: `Cannot let anyone in: ${problem}`, headers };
}
