import { assertEquals } from "@std/assert";
import { map, type Observable } from "rxjs";
import type { Channel } from "../../domain/channel.ts";
import { fanOut } from "../../domain/fan_out.ts";
import { deduplicate } from "../../domain/deduplicate.ts";
import { followLog } from "../../domain/follow_log.ts";
import type { Batch } from "../../domain/ports/log.ts";
import type { Scene } from "../../domain/scene.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { batchOf, inWords, marbleScene, recordAt, serveFrom, sessionOf } from "./marble_scene.ts";

const LOBBY = "chat:lobby" as Channel;
const BATCHES: Readonly<Record<string, Batch>> = {
  a: batchOf([recordAt(0)]),
  b: batchOf([recordAt(1), recordAt(2)]),
  l: { ...batchOf([recordAt(9)]), from: 3, to: 9, records: [], lost: "expired" },
};

function sceneOf(kit: MarbleKit, tail?: Observable<Batch>): Scene {
  const scene = marbleScene(kit.scheduler, tail ? { log: { tail: () => tail } } : {});
  serveFrom(scene);
  scene.index.join(sessionOf("s"), LOBBY, { hold: false });
  scene.index.join(sessionOf("t"), LOBBY, { hold: false });
  return scene;
}

function fannedOut(kit: MarbleKit, source: Observable<Batch>): Observable<string> {
  const scene = sceneOf(kit);
  return source.pipe(deduplicate(scene), fanOut(scene), map(({ effects }) => inWords(effects)));
}

for (
  const [name, words] of [
    ["fan out", fannedOut],
    ["follow log", (kit, source) => followLog(sceneOf(kit, source)).pipe(map(inWords))],
  ] as [string, typeof fannedOut][]
) {
  Deno.test(
    `${name}: never stays never, and the tail is left when nobody listens`,
    marbles((kit) => {
      const source = kit.hot<Batch>("-");
      kit.emits(words(kit, source), "-", { until: "^--!" });
      kit.subscriptions(source, "^--!");
    }),
  );

  Deno.test(`${name}: an empty tail completes`, marbles((kit) => kit.emits(words(kit, kit.cold<Batch>("-|")), "-|")));

  Deno.test(
    `${name}: one record goes to all subscribers at once`,
    marbles((kit) => kit.emits(words(kit, kit.cold("-a|", BATCHES)), "-a|", { values: { a: "s+t:0" } })),
  );

  Deno.test(
    `${name}: many records come in order, and what the log lost between them`,
    marbles((kit) => {
      const values = { a: "s+t:0", b: "s+t:1 s+t:2", l: "s+t:gap" };
      kit.emits(words(kit, kit.hot("-abl-|", BATCHES)), "-abl-|", { values });
    }),
  );

  Deno.test(
    `${name}: an error of the tail is passed on`,
    marbles((kit) => kit.emits(words(kit, kit.cold("-a#", BATCHES)), "-a#", { values: { a: "s+t:0" } })),
  );

  Deno.test(
    `${name}: leaving it between two batches leaves the tail`,
    marbles((kit) => {
      const source = kit.hot("-a--b-", BATCHES);
      kit.emits(words(kit, source), "-a--", { values: { a: "s+t:0" }, until: "^--!" });
      kit.subscriptions(source, "^--!");
    }),
  );
}

Deno.test(
  "follow log: a batch is done when its effects were taken, not before",
  marbles((kit) => {
    const seen: string[] = [];
    const tail = kit.cold("ab|", {
      a: { ...BATCHES["a"]!, done: () => void seen.push("a is done") },
      b: { ...BATCHES["b"]!, done: () => void seen.push("b is done") },
    });
    followLog(sceneOf(kit, tail)).subscribe((effects) => seen.push(inWords(effects)));
    kit.flush();
    assertEquals(seen, ["s+t:0", "a is done", "s+t:1 s+t:2", "b is done"]);
  }),
);
