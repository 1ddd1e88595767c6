import { catchError, firstValueFrom, map, of, type SchedulerLike, take, timeout } from "rxjs";
import type { Authenticator } from "../../domain/ports/authenticator.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { Connection } from "../../domain/ports/transport.ts";
import { handshakeOf } from "../transport/request_handshake.ts";
import { judgeUpgrade, type UpgradeRequest, type UpgradeRules } from "./handshake.ts";
import { FAILED, LATE, type Refusal, unavailable } from "./refusal.ts";

/** What upgrades are judged with. */
export interface JudgeOptions {
  readonly authenticator: Pick<Authenticator, "admit">;
  readonly handshakeMs: number;
  readonly scheduler: SchedulerLike;
  readonly telemetry: Telemetry;
  /** What requests are held to now. */
  readonly rules: () => UpgradeRules;
}

/** What a WebSocket is accepted with. */
export interface Welcome {
  readonly codec: Codec;
  readonly admission: Connection["admission"];
}

/** Judges an upgrade request of the fetch API, at once or when the authenticator has. Never rejects. */
export async function judgeNativeUpgrade(
  request: Request,
  { peer, ...options }: JudgeOptions & { readonly peer: { readonly remoteAddress: string } },
): Promise<Welcome | Refusal> {
  const { authenticator, handshakeMs: first, scheduler, telemetry, rules } = options;
  const codec = judgeUpgrade(upgradeOf(request), rules());
  if ("status" in codec) return codec;
  const admitted$ = authenticator.admit(handshakeOf(request, peer)).pipe(
    take(1),
    map((admission): Welcome | Refusal => {
      if (admission.kind === "refused") return admission;
      const { closed } = rules();
      return closed === undefined ? { codec, admission } : unavailable(closed);
    }),
    timeout({ first, scheduler, with: () => of(LATE) }),
    catchError((error: unknown) => {
      telemetry.note("error", "Cannot judge a handshake", { error: String(error) });
      return of(FAILED);
    }),
  );
  return await firstValueFrom(admitted$);
}

function upgradeOf(request: Request): UpgradeRequest {
  return {
    method: request.method,
    path: new URL(request.url).pathname,
    header: (name) => request.headers.get(name) ?? undefined,
  };
}
