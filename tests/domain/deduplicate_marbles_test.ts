import { map, type Observable } from "rxjs";
import { deduplicate } from "../../domain/deduplicate.ts";
import type { Batch } from "../../domain/ports/log.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { batchOf, marbleScene, recordAt, serveFrom } from "./marble_scene.ts";

const BATCHES: Readonly<Record<string, Batch>> = {
  a: batchOf([recordAt(0, "m")]),
  b: batchOf([recordAt(1, "m"), recordAt(2, "n")]),
  c: batchOf([recordAt(3, "m"), recordAt(4, "n")]),
};

/** The offsets of the records that are left. */
function offsets(kit: MarbleKit, source: Observable<Batch>): Observable<string> {
  const scene = marbleScene(kit.scheduler);
  serveFrom(scene);
  return source.pipe(deduplicate(scene), map(({ records }) => records.map(({ offset }) => offset).join(",")));
}

Deno.test(
  "deduplicate: never stays never, and the tail is left when nobody listens",
  marbles((kit) => {
    const source = kit.hot<Batch>("-");
    kit.emits(offsets(kit, source), "-", { until: "^--!" });
    kit.subscriptions(source, "^--!");
  }),
);

Deno.test(
  "deduplicate: an empty tail completes",
  marbles((kit) => kit.emits(offsets(kit, kit.cold<Batch>("--|")), "--|")),
);

Deno.test(
  "deduplicate: one batch comes through",
  marbles((kit) => kit.emits(offsets(kit, kit.cold("-a-|", BATCHES)), "-a-|", { values: { a: "0" } })),
);

Deno.test(
  "deduplicate: of many batches the duplicates are left out, and a batch of duplicates alone still comes",
  marbles((kit) => {
    const source = kit.hot("-ab-c|", BATCHES);
    kit.emits(offsets(kit, source), "-ab-c|", { values: { a: "0", b: "2", c: "" } });
    kit.subscriptions(source, "^----!");
  }),
);

Deno.test(
  "deduplicate: an error is passed on",
  marbles((kit) => kit.emits(offsets(kit, kit.cold("-a#", BATCHES)), "-a#", { values: { a: "0" } })),
);

Deno.test(
  "deduplicate: leaving it between two batches leaves the tail",
  marbles((kit) => {
    const source = kit.hot("-a--b-", BATCHES);
    kit.emits(offsets(kit, source), "-a--", { values: { a: "0" }, until: "^--!" });
    kit.subscriptions(source, "^--!");
  }),
);
