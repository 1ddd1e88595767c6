import { assertEquals } from "@std/assert";
import plugin from "../../lint/mod.ts";

interface Case {
  readonly file?: string;
  readonly fails: readonly string[];
  readonly passes: readonly string[];
  /** Files in which the first of `fails` is well. */
  readonly elsewhere?: readonly string[];
}

const PURE = "domain/deduplicate.ts";

const cases: Record<string, Case> = {
  "no-subject": {
    fails: [
      'import { Subject } from "rxjs";',
      'import { map, BehaviorSubject as State } from "rxjs";',
      'import { type ReplaySubject } from "rxjs";',
      'import { AsyncSubject } from "rxjs";',
    ],
    passes: ['import { map, share } from "rxjs";', "interface Mail { Subject: string }"],
    elsewhere: ["adapters/websocket/inbox.ts", "tests/domain/gateway_test.ts"],
  },
  "no-subscribe": {
    fails: ["source$.subscribe();", "of(1).pipe(map(next)).subscribe((value) => take(value));"],
    passes: ["subscribe(scene, { session });", "const { subscribe } = frame;", "frame.subscribe.channel;"],
    elsewhere: ["main.ts", "adapters/kafka/tail.ts"],
  },
  "no-outside-world": {
    fails: [
      "const now = Date.now();",
      "const now = new Date();",
      "const chance = Math.random();",
      "setTimeout(run, 5);",
      "const later = setInterval;",
      "queueMicrotask(run);",
      "const id = crypto.randomUUID();",
      "const start = performance.now();",
      "Deno.exit(1);",
      "globalThis.setTimeout(run);",
      "run({ later: setTimeout });",
      "run(setTimeout);",
      "const later = () => setTimeout;",
      "function later() { return setTimeout; }",
      "const done = Promise.resolve();",
      "const done = new Promise(run);",
      "async function run() {}",
      "const run = async () => {};",
      "const it = { async run() {} };",
      "await run();",
      "function run(): Promise<void> { return done; }",
      'import { firstValueFrom } from "rxjs";',
      'import { asyncScheduler } from "rxjs";',
      "console.log(1);",
      "from(fetch(url));",
    ],
    passes: [
      "const at = clock.scheduler.now();",
      "const chance = random.fraction();",
      "const root = Math.sqrt(2);",
      "interface Times { Date: number; setTimeout(ms: number): void }",
      "const it = { Date: 1, performance: 2 };",
      "record.Date; record.performance.now;",
      'const text = "Date.now()";',
    ],
    elsewhere: ["adapters/websocket/turn.ts", "tests/domain/gateway_test.ts", "main.ts"],
  },
  "no-new-observable": {
    fails: ["const it = new Observable((observer) => observer.complete());", "return$ = new Observable<number>();"],
    passes: ["const it: Observable<number> = defer(() => of(1));", "new ObservableMap();"],
    elsewhere: ["adapters/kafka/tail.ts", "tests/holds.ts"],
  },
  "bounded-merge": {
    file: "adapters/kafka/tail.ts",
    fails: [
      "source.pipe(mergeMap((item) => run(item)));",
      "source.pipe(mergeMap<A, B>(run));",
      "source.pipe(mergeAll());",
      "source.pipe(expand(next));",
      "source.pipe(mergeScan(step, 0));",
    ],
    passes: [
      "source.pipe(mergeMap((item) => run(item), 8));",
      "source.pipe(mergeMap(run, Infinity), mergeAll(2), expand(next, 1), mergeScan(step, 0, 1));",
      "merge(one, two); concatMap(run); it.mergeMap(run);",
    ],
  },
  "given-scheduler": {
    fails: ["timer(5);", "source.pipe(debounceTime(5));", "source.pipe(timeout({ each: 5 }));", "interval(ms);"],
    passes: [
      "timer(5, scheduler);",
      "source.pipe(delay(5, scene.clock.scheduler));",
      "source.pipe(timeout({ each: 5, scheduler }));",
      "it.timer(5);",
    ],
    elsewhere: ["adapters/kafka/wait.ts", "tests/domain/gateway_test.ts"],
  },
  "no-async-subscriber": {
    file: "adapters/kafka/tail.ts",
    fails: [
      "source.subscribe(async (value) => { await take(value); });",
      "source.subscribe({ next: async (value) => { await take(value); } });",
      "source.subscribe({ async next(value) { await take(value); } });",
      "source.subscribe(async function (value) { await take(value); });",
    ],
    passes: [
      "source.subscribe((value) => take(value));",
      "source.subscribe({ next: take, ...others });",
      "source.pipe(concatMap(async (value) => await take(value))).subscribe();",
    ],
  },
  "no-export-star": {
    file: "adapters/kafka/open.ts",
    fails: ['export * from "./tail.ts";', 'export * as tail from "./tail.ts";'],
    passes: ['export { tail } from "./tail.ts";'],
    elsewhere: ["mod.ts", "adapters/kafka/mod.ts"],
  },
};

function broken(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, file, source).map(({ id }) => id.replace("tidegate/", ""));
}

for (const [rule, { file = PURE, fails, passes, elsewhere = [] }] of Object.entries(cases)) {
  for (const source of fails) {
    Deno.test(`lint: ${rule} refuses ${source}`, () => {
      assertEquals([...new Set(broken(file, source))].includes(rule), true);
    });
  }
  for (const source of passes) {
    Deno.test(`lint: ${rule} allows ${source}`, () => {
      assertEquals(broken(file, source).filter((id) => id === rule), []);
    });
  }
  for (const other of elsewhere) {
    Deno.test(`lint: ${rule} does not judge ${other}`, () => {
      assertEquals(broken(other, fails[0]!).filter((id) => id === rule), []);
    });
  }
}

Deno.test("lint: a streams file is judged as a domain file is, by its absolute path too", () => {
  const source = "Deno.exit();";
  assertEquals(broken("streams/keyed_concat.ts", source), ["no-outside-world"]);
  assertEquals(broken(new URL("../../domain/a.ts", import.meta.url).pathname, source), ["no-outside-world"]);
});

Deno.test("lint: a port may name the type Promise, and only there", () => {
  const source = "interface Open { close(): Promise<void> }";
  assertEquals(broken("domain/ports/log.ts", source), []);
  assertEquals(broken("domain/log_view.ts", source), ["no-outside-world"]);
});

Deno.test("lint: every rule has its tests", () => {
  assertEquals(Object.keys(plugin.rules).sort(), Object.keys(cases).sort());
});
