import { assertEquals } from "@std/assert";
import { map, NEVER, type Observable, of, throwError } from "rxjs";
import { CONTROL_TOPIC, DenyList } from "../../domain/deny_list.ts";
import { followDenials } from "../../domain/follow_denials.ts";
import { type Batch, LogUnavailable } from "../../domain/ports/log.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { inWords, marbleScene, sessionOf } from "./marble_scene.ts";

const PLACE = { topic: CONTROL_TOPIC, partition: 0 };
const STATE = { available: true, topics: new Map([[CONTROL_TOPIC, { partitions: 1, durability: "strong" as const }]]) };
const VALUES = { c: "close forbidden", n: "" };

/** A batch of one record, or none. */
function batch(from: number, key?: string): Batch {
  const record = { ...PLACE, offset: from, time: 0, value: new TextEncoder().encode("{}"), headers: {} };
  const records = key === undefined ? [] : [{ ...record, key }];
  return { ...PLACE, from, to: from + 1, high: from + 1, records, done: () => done.push(from) };
}

let done: number[] = [];
const BATCHES = { a: batch(0, "user:ann"), b: batch(1, "user:bob"), e: batch(2) };

/** What the pipeline says of a tail, in words, where ann has a session; and its list, which was read up to offset 0. */
function followed(kit: MarbleKit, tail: Observable<Batch>, range: Observable<number> = NEVER) {
  done = [];
  const denials = new DenyList();
  denials.learn(STATE, 0);
  const scene = marbleScene(kit.scheduler, {
    log: {
      tail: (request) => {
        request.start(PLACE, { low: 0, high: 0 });
        return tail;
      },
      range: () => range.pipe(map((high) => ({ low: 0, high }))),
    },
  });
  scene.sessions.add(sessionOf());
  return { words: followDenials(scene, denials).pipe(map(inWords)), denials };
}

Deno.test(
  "follow denials: never and empty tails end nobody's session, and are left",
  marbles((kit) => {
    const never = kit.hot<Batch>("-");
    kit.emits(followed(kit, never).words, "-", { until: "^---!" });
    kit.subscriptions(never, "^---!");
    kit.emits(followed(kit, kit.hot<Batch>("-|")).words, "-", { until: "^---!" });
  }),
);

Deno.test(
  "follow denials: one and many batches end the sessions that they are about, and are done in order",
  marbles((kit) => {
    const tail = kit.hot("-b-a-e", BATCHES);
    kit.emits(followed(kit, tail).words, "-n-c-n", { values: VALUES, until: "^-----!" });
    kit.flush();
    assertEquals(done, [1, 0, 2]);
  }),
);

Deno.test(
  "follow denials: an error of the tail is the output's",
  marbles((kit) => kit.emits(followed(kit, kit.hot<Batch>("-a-#", BATCHES)).words, "-c-#", { values: VALUES })),
);

Deno.test(
  "follow denials: the list is trusted for as long as the log says that it is whole",
  marbles((kit) => {
    const whole = followed(kit, NEVER, of(0));
    kit.emits(whole.words, "-", { until: "^ 60s !" });
    const behind = followed(kit, NEVER, of(1));
    kit.emits(behind.words, "-", { until: "^ 60s !" });
    const away = followed(kit, NEVER, throwError(() => new LogUnavailable("away")));
    kit.emits(away.words, "-", { until: "^ 60s !" });
    kit.flush();
    assertEquals([whole, behind, away].map(({ denials }) => denials.problem(60_001)), [
      undefined,
      "the deny list cannot be read",
      "the deny list cannot be read",
    ]);
  }),
);

Deno.test(
  "follow denials: what the log throws besides being away is the output's, too",
  marbles((kit) => {
    kit.emits(followed(kit, NEVER, throwError(() => "error")).words, "5s #");
  }),
);
