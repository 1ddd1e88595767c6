import { firstValueFrom, map, of, type SchedulerLike, timeout } from "rxjs";
import type { Admission, Authenticator, Handshake } from "../../domain/ports/authenticator.ts";
import type { Connection } from "../../domain/ports/transport.ts";
import type { HttpLimits } from "./http_options.ts";
import { type HttpRefusal, refuseHttp } from "./refusal.ts";

/** What admissions are made by. */
export interface AdmitOptions {
  readonly authenticator: Pick<Authenticator, "admit">;
  readonly limits: Pick<HttpLimits, "handshakeSeconds">;
  readonly scheduler: SchedulerLike;
}

const REFUSALS = {
  400: ["BadRequest", "bad_request"],
  401: ["Unauthorized", "unauthenticated"],
  403: ["Forbidden", "forbidden"],
  503: ["ServiceUnavailable", "unavailable"],
} as const;

/** Who a client is, or why it is not let in; 503 where that is not found out in time. Rejects where the authenticator errs. */
export function admit(
  handshake: Handshake,
  { authenticator, limits, scheduler }: AdmitOptions,
): Promise<Connection["admission"] | HttpRefusal> {
  const late = () => {
    const message = "Cannot take this request: who you are was not found out in time";
    return of(refuseHttp("ServiceUnavailable", "unavailable", { message }));
  };
  return firstValueFrom(
    authenticator.admit(handshake).pipe(
      map(judge),
      timeout({ first: limits.handshakeSeconds * 1000, scheduler, with: late }),
    ),
  );
}

/** What a plain request can be let in with: there is no first frame in which a token could follow. */
function judge(admission: Admission): Connection["admission"] | HttpRefusal {
  if (admission.kind === "refused") {
    const { message, headers } = admission;
    const [status, code] = REFUSALS[admission.status];
    return refuseHttp(status, code, { message, ...(headers ? { headers } : {}) });
  }
  if (admission.kind === "identified" || !admission.patient) return admission;
  const message = "Cannot tell who you are: send a token as authorization: Bearer <token>";
  return refuseHttp("Unauthorized", "unauthenticated", { message });
}
