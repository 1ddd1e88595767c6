import { assertEquals } from "@std/assert";
import { EMPTY, map, NEVER, of, throwError, timer } from "rxjs";
import { gather } from "../../streams/delivery.ts";
import { enrich } from "../../streams/enrich.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { testLife } from "./life.ts";
import { messageOfError } from "./message_of_error.ts";
import { Told } from "./told.ts";

const combine = (item: string, found: string) => `${item}${found}`;

function options({ scheduler }: MarbleKit) {
  return { combine, concurrency: 2, timeoutMs: 8, scheduler };
}

/** Finds the upper case, so many frames later, and counts. */
function upper({ scheduler }: MarbleKit, frames: Readonly<Record<string, number>> = {}) {
  const asked: string[] = [];
  const lookUp = (item: string) => {
    asked.push(item);
    return timer(frames[item] ?? 2, scheduler).pipe(map(() => item.toUpperCase()));
  };
  return { asked, lookUp };
}

testLife("enrich", (kit) => enrich(upper(kit).lookUp, options(kit)));

Deno.test(
  "enrich: each item is combined with what was found, in order, so many at once",
  marbles((kit) => {
    const values = { a: "aA", b: "bB" };
    const source = kit.hot("ab----------|");
    kit.emits(source.pipe(enrich(upper(kit, { a: 4 }).lookUp, options(kit))), "----(ab)----|", { values });
    kit.subscriptions(source, "^-----------!");
  }),
);

Deno.test(
  "enrich: the first value counts, and the look-up is left with it",
  marbles((kit) => {
    const found = kit.cold("-X-Y-");
    kit.emits(kit.hot("a---|").pipe(enrich(() => found, options(kit))), "-x--|", { values: { x: "aX" } });
    kit.subscriptions(found, "^!");
  }),
);

const failures = {
  "throws": () => {
    throw new Error("no");
  },
  "errors": () => throwError(() => new Error("no")),
  "finds nothing": () => EMPTY,
  "takes too long": () => NEVER,
};
const said = {
  "throws": "no",
  "errors": "no",
  "finds nothing": "no elements in sequence",
  "takes too long": "Timeout has occurred",
};

for (const [what, lookUp] of Object.entries(failures) as ["throws", () => typeof NEVER][]) {
  const at = what === "takes too long" as string ? "--------" : "";

  Deno.test(
    `enrich: a look-up that ${what} is the output's error, or costs its item alone`,
    marbles((kit) => {
      const source = kit.hot("a---------");
      kit.emits(source.pipe(enrich(lookUp, options(kit)), messageOfError), `${at}#`, { error: said[what] });
      const failed = ({ item, error }: { item: string; error: unknown }) => of(`${item}: ${(error as Error).message}`);
      const some = (item: string) => item === "a" ? lookUp() : of("B");
      kit.emits(
        kit.hot("a---------b|").pipe(enrich(some, { ...options(kit), failed })),
        `${at}x`.padEnd(10, "-") + "b|",
        {
          values: { x: `a: ${said[what]}`, b: "bB" },
        },
      );
    }),
  );
}

Deno.test(
  "enrich: with a cache items of one key share a look-up, also one that is under way, until its time has come",
  marbles((kit) => {
    const { asked, lookUp } = upper(kit);
    const cache = { key: (item: string) => item, size: 9, ttlMs: 6 };
    const told: string[] = [];
    kit.hot("aa--a-a--|").pipe(enrich(lookUp, { ...options(kit), cache }))
      .subscribe((item) => told.push(`${item}${kit.scheduler.now()}`));
    kit.flush();
    assertEquals([told, asked], [["aA2", "aA2", "aA4", "aA8"], ["a", "a"]]);
  }),
);

Deno.test(
  "enrich: over its size the cache forgets what was not asked for the longest",
  marbles((kit) => {
    const { asked, lookUp } = upper(kit, { a: 0, b: 0, c: 0 });
    const cache = { key: (item: string) => item, size: 2, ttlMs: 99 };
    kit.hot("abacab-|").pipe(enrich(lookUp, { ...options(kit), cache })).subscribe();
    kit.flush();
    assertEquals(asked, ["a", "b", "c", "b"]);
  }),
);

Deno.test(
  "enrich: a failure is not kept in the cache, and each subscription has a cache of its own",
  marbles((kit) => {
    let asked = 0;
    const lookUp = () => ++asked === 1 ? throwError(() => "busy") : of("A");
    const cache = { key: (item: string) => item, size: 2, ttlMs: 99 };
    const enriched = kit.cold("a-a-a|").pipe(enrich(lookUp, { ...options(kit), cache, failed: () => of("failed") }));
    const told: string[][] = [[], []];
    for (const mine of told) enriched.subscribe((item) => mine.push(item));
    kit.flush();
    assertEquals(told, [["failed", "aA", "aA"], ["aA", "aA", "aA"]]);
    assertEquals(asked, 3);
  }),
);

Deno.test(
  "enrich: a look-up under way is left when nobody listens any more",
  marbles((kit) => {
    const slow = kit.cold("------x|");
    const cache = { key: (item: string) => item, size: 2, ttlMs: 99 };
    kit.emits(kit.hot<string>("-a---").pipe(enrich(() => slow, { ...options(kit), cache })), "----", {
      until: "^---!",
    });
    kit.subscriptions(slow, "-^--!");
  }),
);

Deno.test(
  "enrich: deliveries are combined by gathering them",
  marbles((kit) => {
    const told = new Told<string>();
    const deliveries = kit.hot("a--|").pipe(map((value) => told.delivery(value)));
    const enriched = deliveries.pipe(enrich(({ value }) => of(value.toUpperCase()), {
      ...options(kit),
      combine: (delivery, found) => gather([delivery], `${delivery.value}${found}`),
    }));
    enriched.subscribe((delivery) => {
      assertEquals([delivery.value, told.done], ["aA", []]);
      delivery.done();
    });
    kit.flush();
    assertEquals(told.done, ["a"]);
  }),
);
