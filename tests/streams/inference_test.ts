/** The types that flow through `pipe(...)` without annotations: this file is checked, and its one test says so. */
import { asyncScheduler, EMPTY, ignoreElements, map, NEVER, type Observable, of, pipe } from "rxjs";
import {
  batchBy,
  batchWhileBusy,
  conflateByKey,
  deadLetter,
  deadLetters,
  deduplicateByKey,
  type Delivery,
  deserialize,
  done,
  drain,
  eachDelivery,
  enrich,
  fork,
  forkDeliveries,
  gather,
  gatherValues,
  jsonSerde,
  mapInOrder,
  mergeFair,
  otherwise,
  rateLimit,
  rateLimitByKey,
  route,
  runLimited,
  sampleByKey,
  serialize,
  throttleByKey,
  type TimeWindow,
  when,
  whenIs,
  windowByCount,
  windowByTime,
  withRetries,
} from "../../streams/mod.ts";

interface Trade {
  readonly kind: "trade";
  readonly symbol: string;
  readonly price: number;
}

interface News {
  readonly kind: "news";
  readonly text: string;
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : "another type";

/** Compiles only where the observable has exactly the type that is said. */
function has<Said>(): <Found>(_stream: Observable<Found>, _isSame: Same<Said, Found>) => void {
  return () => {};
}

const trades: Observable<Trade> = EMPTY;
const items: Observable<Trade | News> = EMPTY;
const deliveries: Observable<Delivery<Trade>> = EMPTY;
const scheduler = asyncScheduler;

Deno.test("streams: types flow through pipes of operators without annotations", () => {
  has<Trade>()(trades.pipe(conflateByKey(({ symbol }) => symbol, { periodMs: 1, scheduler })), true);
  has<Delivery<Trade>>()(
    deliveries.pipe(
      conflateByKey(({ value }) => value.symbol, { periodMs: 1, scheduler, leftOut: done }),
      sampleByKey(({ value }) => value.symbol, { periodMs: 1, scheduler, leftOut: done }),
      throttleByKey(({ value }) => value.symbol, { periodMs: 1, scheduler, leftOut: done }),
      deduplicateByKey(({ value }) => value.symbol, { count: 1, withinMs: 1, scheduler, leftOut: done }),
      rateLimitByKey(({ value }) => value.symbol, { count: 1, perMs: 1, scheduler, leftOut: done }),
      rateLimit({ count: 1, perMs: 1, scheduler, leftOut: done }),
    ),
    true,
  );
  has<number | string>()(
    items.pipe(
      route(
        whenIs((item) => item.kind === "trade", map(({ price }) => price)),
        when((item) => item.kind === "news", pipe(map((item) => item.kind), map((kind) => `${kind}!`))),
        otherwise(ignoreElements()),
      ),
    ),
    true,
  );
  has<number | string>()(trades.pipe(fork(map(({ price }) => price), map(({ symbol }) => symbol))), true);
  has<Delivery<Trade> | string>()(
    deliveries.pipe(forkDeliveries(map((delivery) => delivery), map(({ value }) => value.symbol))),
    true,
  );
  has<number | string>()(
    mergeFair([trades, of("a")], (item) => typeof item === "string" ? of(item) : [item.price], {
      concurrency: 1,
      waiting: 1,
      leftOut: (item: Trade | string) => void item,
    }),
    true,
  );
  has<string>()(trades.pipe(runLimited(({ symbol }) => of(symbol), { concurrency: 1, waiting: 1 })), true);
  has<number | string>()(
    trades.pipe(mapInOrder(({ price, symbol }) => price > 1 ? of(price) : of(symbol), { concurrency: 1 })),
    true,
  );
  has<number | { item: Trade; error: unknown }>()(
    trades.pipe(deadLetter(({ price }) => of(price), map(({ item, error }) => ({ item, error })))),
    true,
  );
  has<Delivery<number>>()(deliveries.pipe(eachDelivery(({ price }) => of(price), { concurrency: 1 })), true);
  has<Delivery<number | string>>()(
    deliveries.pipe(eachDelivery(({ price }) => of(price), { concurrency: 1, failed: ({ item }) => of(item.symbol) })),
    true,
  );
  has<Delivery<number>>()(
    deliveries.pipe(
      eachDelivery(
        withRetries(({ price }) => of(price), { tries: 1, minMs: 1, maxMs: 1, random: () => 0, scheduler }),
        {
          concurrency: 1,
          failed: () => EMPTY,
        },
      ),
    ),
    true,
  );
  has<{ symbol: string; name: string } | Trade>()(
    trades.pipe(
      enrich(({ symbol }) => of({ name: symbol }), {
        combine: ({ symbol }, { name }) => ({ symbol, name }),
        concurrency: 1,
        timeoutMs: 1,
        scheduler,
        cache: { key: ({ symbol }) => symbol, size: 1, ttlMs: 1 },
        failed: ({ item }) => of(item),
      }),
    ),
    true,
  );
  has<Delivery<number>>()(
    deliveries.pipe(
      enrich(({ value }) => of(value.price), {
        combine: (delivery, price) => gather([delivery], price),
        concurrency: 1,
        timeoutMs: 1,
        scheduler,
      }),
    ),
    true,
  );
  has<TimeWindow<string, Trade>>()(trades.pipe(windowByTime(({ symbol }) => symbol, { sizeMs: 1, scheduler })), true);
  has<Delivery<readonly Trade[]>>()(
    deliveries.pipe(
      windowByCount(({ value }) => value.symbol, { size: 2 }),
      map(({ items }) => gatherValues(items)),
    ),
    true,
  );
  has<readonly Trade[]>()(
    trades.pipe(batchBy({ count: 1, bytes: 1, sizeOf: ({ symbol }) => symbol.length, waitMs: 1, scheduler })),
    true,
  );
  has<number>()(
    deliveries.pipe(
      batchWhileBusy((batch) => of(gatherValues(batch).value.length), {
        count: 1,
        concurrency: 1,
        waiting: 1,
        leftOut: done,
      }),
    ),
    true,
  );
  const serde = jsonSerde((value) => value as Trade);
  has<Trade | string>()(
    trades.pipe(
      serialize(serde),
      deadLetters(ignoreElements()),
      deserialize(serde),
      deadLetters(map(({ item }) => `${item.length} bytes`)),
    ),
    true,
  );
  has<number>()(
    trades.pipe(drain(NEVER, { pipeline: map(({ price }) => price), deadlineMs: 1, scheduler })),
    true,
  );
});
