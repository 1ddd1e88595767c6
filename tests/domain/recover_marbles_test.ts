import { map, NEVER, type Observable, of, timer } from "rxjs";
import type { Channel } from "../../domain/channel.ts";
import { parseCursor } from "../../domain/cursor.ts";
import { type Batch, LogUnavailable, type OffsetRange } from "../../domain/ports/log.ts";
import { recover } from "../../domain/recover.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { batchOf, marbleScene, PLACE, recordAt, serveFrom } from "./marble_scene.ts";

const BATCHES: Readonly<Record<string, Batch>> = {
  a: batchOf([recordAt(0), recordAt(1)]),
  b: batchOf([recordAt(2), recordAt(3)]),
  l: { ...batchOf([recordAt(3)]), from: 2, to: 4, records: [], lost: "expired" },
};

interface Replay {
  readonly read: Observable<Batch>;
  readonly range?: Observable<OffsetRange>;
  readonly room?: () => Observable<unknown>;
}

/** The steps in words, of a replay of all offsets before 4. */
function replayed(kit: MarbleKit, { read, range = of({ low: 0, high: 4 }), room = () => of(0) }: Replay) {
  const scene = marbleScene(kit.scheduler, { log: { read: () => read, range: () => range } });
  serveFrom(scene, 4);
  const channel = "chat:lobby" as Channel;
  const served = { place: { ...PLACE, partitions: 1 }, view: scene.view.partition(PLACE)! };
  const target = { channel, match: scene.routes.find(channel)! };
  return recover(scene, { target, served, since: "earliest", to: 4, room }).pipe(
    map((step) =>
      step.kind === "end"
        ? `end ${step.reason ?? "well"}`
        : step.publications.map(({ cursor }) => parseCursor(cursor)!.offset).join(",")
    ),
  );
}

const VALUES = { a: "0,1", b: "2,3", w: "end well", x: "end expired", c: "end log_changed" };

Deno.test(
  "recover: never stays never, and the read is left when nobody listens",
  marbles((kit) => {
    const read = kit.cold<Batch>("-");
    kit.emits(replayed(kit, { read }), "-", { until: "^--!" });
    kit.subscriptions(read, "^--!");
  }),
);

Deno.test(
  "recover: a batch that is larger than what may wait comes in portions, each when there is room",
  marbles((kit) => {
    const value = new TextEncoder().encode(JSON.stringify("x".repeat(200_000)));
    const large = batchOf([0, 1, 2, 3].map((offset) => ({ ...recordAt(offset), value })));
    const read = kit.cold<Batch>("-a|", { a: large });
    const room = () => timer(2, kit.scheduler);
    kit.emits(replayed(kit, { read, room }), "-p-q-r-s-(w|)", {
      values: { p: "0", q: "1", r: "2", s: "3", w: "end well" },
    });
  }),
);

Deno.test(
  "recover: a read that ends before the replay's end tells that the log was cut",
  marbles((kit) => {
    kit.emits(replayed(kit, { read: kit.cold<Batch>("-|") }), "-(c|)", { values: VALUES });
    kit.emits(replayed(kit, { read: kit.cold("-a|", BATCHES) }), "-a(c|)", { values: VALUES });
  }),
);

Deno.test(
  "recover: an empty range ends well without a read's batch",
  marbles((kit) =>
    kit.emits(replayed(kit, { read: kit.cold<Batch>("|"), range: of({ low: 4, high: 4 }) }), "(w|)", { values: VALUES })
  ),
);

Deno.test(
  "recover: many batches come in order, and then the end",
  marbles((kit) => kit.emits(replayed(kit, { read: kit.cold("-a-b|", BATCHES) }), "-a-b(w|)", { values: VALUES })),
);

Deno.test(
  "recover: what the log lost ends it, and the read with it",
  marbles((kit) => {
    const read = kit.cold("-a-l--b|", BATCHES);
    kit.emits(replayed(kit, { read }), "-a-(x|)", { values: VALUES });
    kit.subscriptions(read, "^--!");
  }),
);

Deno.test(
  "recover: a batch is done, and the next one told, only when there is room",
  marbles((kit) => {
    const room = () => kit.cold("---(r|)");
    kit.emits(replayed(kit, { read: kit.cold("(ab|)", BATCHES), room }), "a--b--(w|)", { values: VALUES });
    kit.emits(replayed(kit, { read: kit.cold("(ab|)", BATCHES), room: () => NEVER }), "a----", {
      values: VALUES,
      until: "^----!",
    });
  }),
);

Deno.test(
  "recover: that the log is away is passed on",
  marbles((kit) => {
    const error = new LogUnavailable("away");
    kit.emits(replayed(kit, { read: kit.cold("-a#", BATCHES, error) }), "-a#", { values: VALUES, error });
    kit.emits(replayed(kit, { read: NEVER, range: kit.cold<OffsetRange>("--#", {}, error) }), "--#", { error });
  }),
);
