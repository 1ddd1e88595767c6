/**
 * `deno task bench:codec`: what a message of 200 bytes costs in each encoding, the time to write and to read it and its bytes on the wire.
 * Times are the best of some rounds, in nanoseconds, with their ratio to those of JSON: run it on a machine that does nothing else.
 */
import { type Contender, contenders } from "./codec_contenders.ts";
import { PAYLOADS } from "./codec_messages.ts";

const ROUNDS = 25;
const ROUND_MS = 20;

/** What was made last, so that the making of it is not left out. */
export let kept: unknown;

interface Row {
  readonly name: string;
  readonly times: readonly number[];
  readonly bytes: readonly number[];
}

for (const [kind, payload] of Object.entries(PAYLOADS)) {
  const rows = measure(contenders(payload));
  console.log(`\nA payload of 200 bytes of ${kind}\n`);
  console.log(line(["", "write publication", "read publish", "publication", "publish"]));
  const [json] = rows;
  for (const { name, times, bytes } of rows) {
    const time = (at: number) => `${times[at]!.toFixed(0)} ns (${(times[at]! / json!.times[at]!).toFixed(2)})`;
    const size = (at: number) => `${bytes[at]} B (${(bytes[at]! / json!.bytes[at]!).toFixed(2)})`;
    console.log(line([name, time(0), time(1), size(0), size(1)]));
  }
}

function line(cells: readonly string[]): string {
  return cells.map((cell, at) => at === 0 ? cell.padEnd(26) : cell.padStart(18)).join(" ");
}

/** Rounds go in turn from one contender to the next, so that a machine that slows down does so for all. */
function measure(all: readonly Contender[]): Row[] {
  const tasks = all.map(({ write, read }) => [write, read].map((run) => ({ run, runs: runsOf(run), best: Infinity })));
  for (let round = 0; round < ROUNDS; round++) {
    for (const task of tasks.flat()) task.best = Math.min(task.best, roundMs(task.run, task.runs) / task.runs * 1e6);
  }
  return all.map(({ name, bytes }, at) => ({ name, bytes, times: tasks[at]!.map(({ best }) => best) }));
}

/** How many runs make a round that is long enough to be measured; the code is compiled meanwhile. */
function runsOf(run: () => unknown): number {
  let runs = 1_000;
  while (roundMs(run, runs) < ROUND_MS) runs *= 2;
  return runs;
}

function roundMs(run: () => unknown, runs: number): number {
  const start = performance.now();
  for (let count = 0; count < runs; count++) kept = run();
  return performance.now() - start;
}
