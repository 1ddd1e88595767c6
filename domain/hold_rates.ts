/** What becomes of a request that is one too many. */
import { disconnect } from "./disconnect.ts";
import { failure } from "./failure.ts";
import type { Decoded } from "./frame.ts";
import type { Effect } from "./ports/transport.ts";
import type { Cost } from "./rate_limits.ts";
import type { Scene } from "./scene.ts";
import { reply, type Session } from "./session.ts";

/** What a client sent: a frame, or a message that held none. */
export type Sent = Exclude<Decoded, { kind: "fatal" }> | { readonly kind: "blank" };

/**
 * Takes what a request costs. `undefined` where the client may go on; else what it is told: an error that says how long to wait, or the
 * end of its connection, where it has been told too often.
 */
export function holdRates(
  scene: Pick<Scene, "rates" | "clock" | "telemetry">,
  session: Session,
  sent: Sent,
): readonly Effect[] | undefined {
  const { rates, clock, telemetry } = scene;
  const now = clock.scheduler.now();
  const { connection } = session;
  const payer = connection.payer ?? session.user;
  const wait = rates.take(session.rates, { payer, cost: costOf(sent), now });
  if (wait === 0) return undefined;
  telemetry.count("requests_limited");
  if (!rates.refuse(session.rates, now)) {
    telemetry.count("connections_limited");
    const reason = disconnect("limit_exceeded", "requests went on and on over their rate");
    return [{ kind: "close", connection, disconnect: reason }];
  }
  if (sent.kind === "blank") return [];
  const id = sent.kind === "frame" ? ("id" in sent.frame ? sent.frame.id : undefined) : sent.id;
  const message = `Cannot take more requests for now: send this and what follows again in ${wait} ms`;
  return reply(session, { type: "error", id, failure: { ...failure("rate_limited", message), retryAfterMs: wait } });
}

function costOf(sent: Sent): Cost {
  if (sent.kind !== "frame") return "nothing";
  const { type } = sent.frame;
  return type === "publish" ? "publish" : type === "subscribe" || type === "history" ? "subscribe" : "nothing";
}
