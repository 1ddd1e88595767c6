import { map, NEVER, type Observable, of } from "rxjs";
import { type Batch, LogUnavailable } from "../../domain/ports/log.ts";
import { subscribe } from "../../domain/subscribe.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { batchOf, inWords, marbleScene, recordAt, serveFrom, sessionOf } from "./marble_scene.ts";

const BATCHES: Readonly<Record<string, Batch>> = {
  a: batchOf([recordAt(0), recordAt(1)]),
  b: batchOf([recordAt(2), recordAt(3)]),
};
const VALUES = { a: "s:0 s:1", b: "s:2 s:3", w: "subscribed", u: "unavailable" };

interface Wish {
  readonly read?: Observable<Batch>;
  readonly since?: string;
  /** Whether the tail has read what there is. */
  readonly isServed?: boolean;
}

/** The steps in words, of a subscription to a channel with offsets up to 4. */
function subscribed(kit: MarbleKit, { read = NEVER, since, isServed = true }: Wish): Observable<string> {
  const range = of({ low: 0, high: 4 });
  const scene = marbleScene(kit.scheduler, { log: { read: () => read, range: () => range } });
  if (isServed) serveFrom(scene, 4);
  const wish = { session: sessionOf("s"), channel: "chat:lobby", ...(since === undefined ? {} : { since }) };
  return subscribe(scene, wish).pipe(map((step) => {
    if (step.kind === "effects") return inWords(step.effects);
    const { subscription } = step;
    return subscription.kind === "refused" ? subscription.failure.code : "subscribed";
  }));
}

Deno.test(
  "subscribe: a replay that never ends is left when nobody listens",
  marbles((kit) => {
    const read = kit.cold<Batch>("-");
    kit.emits(subscribed(kit, { read, since: "earliest" }), "-", { until: "^--!" });
    kit.subscriptions(read, "^--!");
  }),
);

Deno.test(
  "subscribe: from now on it settles at once, and reads nothing",
  marbles((kit) => {
    const read = kit.cold("-(a|)", BATCHES);
    kit.emits(subscribed(kit, { read }), "(w|)", { values: VALUES });
    kit.subscriptions(read);
  }),
);

Deno.test(
  "subscribe: what was missed comes first, one batch or many",
  marbles((kit) => {
    kit.emits(subscribed(kit, { read: kit.cold("-b|", BATCHES), since: "earliest" }), "-b(w|)", { values: VALUES });
    const read = kit.cold("-a-b|", BATCHES);
    kit.emits(subscribed(kit, { read, since: "earliest" }), "-a-b(w|)", { values: VALUES });
    kit.subscriptions(read, "^---!");
  }),
);

Deno.test(
  "subscribe: a log that goes away refuses it, also in the middle of a replay",
  marbles((kit) => {
    const read = kit.cold("-a-#", BATCHES, new LogUnavailable("away"));
    kit.emits(subscribed(kit, { read, since: "earliest" }), "-a-(u|)", { values: VALUES });
  }),
);

Deno.test(
  "subscribe: another error is passed on",
  marbles((kit) => {
    kit.emits(subscribed(kit, { read: kit.cold("-a-#", BATCHES), since: "earliest" }), "-a-#", { values: VALUES });
  }),
);

Deno.test(
  "subscribe: it waits for the tail, and is refused when that takes too long",
  marbles((kit) => {
    kit.emits(subscribed(kit, { isServed: false }), "60ms (u|)", { values: VALUES });
    kit.emits(subscribed(kit, { isServed: false }), "-", { until: `^${"-".repeat(30)}!` });
  }),
);
