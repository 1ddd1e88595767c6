import { map, type Observable } from "rxjs";
import type { LogRecord } from "../../domain/log_record.ts";
import type { Outcome } from "../../domain/ports/log.ts";
import { publish } from "../../domain/publish.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { marbleScene, serveFrom, sessionOf } from "./marble_scene.ts";

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  a: { kind: "appended", index: 0, offset: 7 },
  r: { kind: "rejected", index: 0, reason: "too_large", message: "it is too large" },
  u: { kind: "unknown", index: 0, message: "the answer was lost" },
};

/** The answer in a word, where an append answers with a source. */
function answered(kit: MarbleKit, outcomes: Observable<Outcome>, channel = "chat:lobby"): Observable<string> {
  const scene = marbleScene(kit.scheduler, { log: { append: (_: readonly LogRecord[]) => outcomes } });
  serveFrom(scene);
  const frame = { type: "publish", id: 1, channel, payload: { kind: "json", text: "1" } } as const;
  return publish(scene, { session: sessionOf(), frame }).pipe(
    map((told) => told.type === "published" ? `at ${told.offset}` : told.type === "error" ? told.failure.code : "?"),
  );
}

Deno.test(
  "publish: without an outcome there is no answer, and the append is left when nobody listens",
  marbles((kit) => {
    const outcomes = kit.cold<Outcome>("-");
    kit.emits(answered(kit, outcomes), "-", { until: "^--!" });
    kit.subscriptions(outcomes, "^--!");
  }),
);

Deno.test(
  "publish: an append that ends without an outcome is unknown",
  marbles((kit) => kit.emits(answered(kit, kit.cold<Outcome>("--|")), "--(u|)", { values: { u: "unavailable" } })),
);

Deno.test(
  "publish: it is answered once the append has ended",
  marbles((kit) => {
    const outcomes = kit.cold("-a-|", OUTCOMES);
    kit.emits(answered(kit, outcomes), "---(p|)", { values: { p: "at 7" } });
    kit.subscriptions(outcomes, "^--!");
  }),
);

Deno.test(
  "publish: a rejected and an unknown outcome are told apart",
  marbles((kit) => {
    kit.emits(answered(kit, kit.cold("-(r|)", OUTCOMES)), "-(r|)", { values: { r: "too_large" } });
    kit.emits(answered(kit, kit.cold("-(u|)", OUTCOMES)), "-(u|)", { values: { u: "unavailable" } });
  }),
);

Deno.test(
  "publish: an error of the log is passed on",
  marbles((kit) => kit.emits(answered(kit, kit.cold("-a#", OUTCOMES)), "--#")),
);

Deno.test(
  "publish: what is refused is not appended",
  marbles((kit) => {
    const outcomes = kit.cold("-(a|)", OUTCOMES);
    kit.emits(answered(kit, outcomes, "nowhere"), "(r|)", { values: { r: "unknown_channel" } });
    kit.subscriptions(outcomes);
  }),
);
