/** The live publications of a route through its stateful outbound pipeline. */
import { concat, defer, map, type Observable, type OperatorFunction, throwError } from "rxjs";
import { retryWithJitter } from "../streams/retry_with_jitter.ts";
import { errorPlace } from "./error_place.ts";
import { OutboundPublication } from "./outbound_publication.ts";
import type { Over } from "./outbound.ts";
import { Outgoing } from "./outgoing.ts";
import type { Effect } from "./ports/transport.ts";
import type { Route } from "./route.ts";
import type { Scene } from "./scene.ts";

/** How long to wait before an operator that has failed is subscribed to anew, in milliseconds. */
const RESTART = { minMs: 250, maxMs: 30_000 };

/**
 * Runs a route's publications, a hot source that does not end, through its operator, and brings what that emits to the subscribers.
 *
 * An operator that fails or completes is subscribed to anew after a wait. What comes meanwhile does not reach it: before the first
 * publication after that, the subscribers of the route's channels are told a gap. Never errors.
 */
export function runOver(
  scene: Scene,
  { route, over }: { route: Route; over: Over },
): OperatorFunction<OutboundPublication<never>, readonly Effect[]> {
  const { clock: { scheduler }, random, telemetry } = scene;
  return (publications$) => {
    let interrupted = false;
    const passed$: Observable<OutboundPublication> = defer(() => over.run(publications$, { scheduler, random }));
    const ended$ = throwError(() => new TypeError("It completed: it has to go on for as long as its source does"));
    return concat(passed$, ended$).pipe(
      retryWithJitter({ ...RESTART, random: () => random.fraction(), scheduler, notify: interrupt }),
      map(deliver),
    );

    function interrupt(error: unknown, waitMs: number): void {
      interrupted = true;
      fail("An outbound pipeline failed, and is started anew", error, { waitMs: Math.round(waitMs) });
    }

    function deliver(publication: OutboundPublication): readonly Effect[] {
      const out = new Outgoing(scene);
      if (interrupted) out.tellGap({ route, reason: "pipeline_failed" });
      interrupted = false;
      try {
        if (!(publication instanceof OutboundPublication)) {
          throw new TypeError(`It emitted ${typeof publication}: expected what it got, or what "with" makes of it`);
        }
        out.publish(publication.toPublication(), { route, except: OutboundPublication.exceptOf(publication) });
      } catch (error) {
        fail("An outbound pipeline emitted what cannot be shown", error);
      }
      return out.take();
    }

    function fail(message: string, error: unknown, more: { readonly waitMs?: number } = {}): void {
      telemetry.count(more.waitMs === undefined ? "outbound_failed" : "outbound_restarts");
      telemetry.note("error", message, { route: route.channel, reason: String(error), at: errorPlace(error), ...more });
    }
  };
}
