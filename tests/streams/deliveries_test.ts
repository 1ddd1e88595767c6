/** What a job relies on: every delivery that an operator takes is done once, when what became of it is, and not before. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ignoreElements,
  map,
  of,
  type OperatorFunction,
  pipe,
  tap,
  throwError,
  timer,
  VirtualTimeScheduler,
} from "rxjs";
import {
  batchBy,
  batchWhileBusy,
  conflateByKey,
  deduplicateByKey,
  type Delivery,
  done,
  drain,
  eachDelivery,
  enrich,
  forkDeliveries,
  gather,
  gatherValues,
  mapInOrder,
  mergeFair,
  otherwise,
  rateLimit,
  rateLimitByKey,
  route,
  runLimited,
  sampleByKey,
  split,
  throttleByKey,
  when,
  windowByCount,
  windowByTime,
  withRetries,
} from "../../streams/mod.ts";
import { holds } from "../holds.ts";
import { arriving, timed } from "./arrivals.ts";

interface Item {
  readonly key: number;
  readonly n: number;
}

type Job = OperatorFunction<Delivery<Item>, Delivery<Item | readonly Item[]>>;

const keyOf = ({ value }: Delivery<Item>) => value.key;
const leftOut = done;

function jobs(scheduler: VirtualTimeScheduler): Readonly<Record<string, Job>> {
  const slow = (delivery: Delivery<Item>) => timer(7, scheduler).pipe(map(() => delivery));
  const failing = ({ key, n }: Item) => key === 0 ? throwError(() => "no") : of({ key, n }, { key, n });
  const retry = { tries: 2, minMs: 3, maxMs: 9, random: () => 0.5, scheduler };
  return {
    batchBy: pipe(batchBy({ count: 3, waitMs: 9, scheduler }), map((batch) => gatherValues(batch))),
    batchWhileBusy: batchWhileBusy((batch) => timer(7, scheduler).pipe(map(() => gatherValues(batch))), {
      count: 3,
      concurrency: 2,
      waiting: 4,
      overflow: "drop_oldest",
      leftOut,
    }),
    conflateByKey: conflateByKey(keyOf, { periodMs: 9, scheduler, maxKeys: 3, leftOut }),
    deduplicateByKey: deduplicateByKey(keyOf, { count: 2, withinMs: 9, scheduler, leftOut }),
    drain: drain(timer(90, scheduler), {
      pipeline: mapInOrder(slow, { concurrency: 2 }),
      deadlineMs: 10_000,
      scheduler,
    }),
    eachDelivery: eachDelivery(withRetries(failing, retry), { concurrency: 2, failed: ({ item }) => of(item) }),
    eachDeliveryOutOfOrder: eachDelivery(failing, { concurrency: 2, inOrder: false, failed: () => [] }),
    enrich: enrich(({ value }) => timer(value.key, scheduler).pipe(map(() => value.key)), {
      combine: (delivery, key) => gather([delivery], { ...delivery.value, key }),
      concurrency: 2,
      timeoutMs: 3,
      cache: { key: keyOf, size: 2, ttlMs: 20 },
      failed: ({ item }) => of(item),
      scheduler,
    }),
    forkDeliveries: forkDeliveries(map((delivery) => delivery), pipe(tap(done), ignoreElements()), map((it) => it)),
    mergeFair: (source) => mergeFair([source], slow, { concurrency: 1, waiting: 2, overflow: "drop_newest", leftOut }),
    rateLimit: rateLimit({ count: 1, perMs: 10, scheduler, waiting: 2, overflow: "drop_oldest", leftOut }),
    rateLimitByKey: rateLimitByKey(keyOf, { count: 1, perMs: 10, maxKeys: 2, scheduler, leftOut }),
    route: route(when(({ value }) => value.key === 1, pipe(tap(done), ignoreElements())), otherwise(map((it) => it))),
    runLimited: runLimited(slow, { concurrency: 1, waiting: 1, overflow: "drop_oldest", leftOut }),
    sampleByKey: sampleByKey(keyOf, { periodMs: 9, scheduler, maxKeys: 3, leftOut }),
    split: mapInOrder((delivery) => split(delivery, [delivery.value, delivery.value]), { concurrency: 1 }),
    throttleByKey: throttleByKey(keyOf, { periodMs: 9, scheduler, maxKeys: 2, leftOut }),
    windowByCount: pipe(
      windowByCount(keyOf, { size: 3, maxKeys: 2 }),
      map(({ items }) => gatherValues(items)),
    ),
    windowByTime: pipe(
      windowByTime(keyOf, { sizeMs: 9, scheduler, maxItems: 4, overflow: "drop_newest", leftOut }),
      map(({ items }) => gatherValues(items)),
    ),
  };
}

const scripts = fc.array(
  fc.record({ key: fc.integer({ min: 0, max: 4 }), gap: fc.integer({ min: 0, max: 12 }) }),
  { maxLength: 40 },
);

for (const name of Object.keys(jobs(new VirtualTimeScheduler()))) {
  Deno.test(`deliveries: ${name}: each is done once, when all that became of it is, and not before`, () => {
    holds(
      fc.property(scripts, (items) => {
        const scheduler = new VirtualTimeScheduler();
        const script = timed(items);
        const times = new Map<number, number>();
        let taken = 0;
        const outputs: Delivery<Item | readonly Item[]>[] = [];
        let ended = false;
        arriving(script, scheduler).pipe(
          map(({ key, n }): Delivery<Item> => {
            taken++;
            return { value: { key, n }, done: () => void times.set(n, (times.get(n) ?? 0) + 1) };
          }),
          jobs(scheduler)[name]!,
        ).subscribe({ next: (output) => outputs.push(output), complete: () => ended = true });
        scheduler.flush();
        assertEquals(ended, true);
        const became = outputs.flatMap(({ value }) => value).map((item) => item.n);
        assertEquals(became.filter((n) => times.has(n)), [], "done before what became of it");
        outputs.forEach(done);
        assertEquals([...times.values()].filter((count) => count !== 1), [], "done more than once");
        assertEquals(times.size, taken, "never done");
      }),
      { runs: 100 },
    );
  });
}
