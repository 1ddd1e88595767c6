import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat, EMPTY, finalize, from, NEVER, Observable, of } from "rxjs";
import { type JobOptions, runJob } from "../../../adapters/jobs/mod.ts";

/** Options that keep what is said. */
function heard(): JobOptions & { readonly lines: string[] } {
  const lines: string[] = [];
  return { name: "test", progressMs: 0, write: (line) => lines.push(line), lines };
}

/** Completes when `signal` aborts, after so many turns. */
function draining(signal: AbortSignal, ms: number): Observable<never> {
  return new Observable((subscriber) => {
    const end = () => setTimeout(() => subscriber.complete(), ms);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

Deno.test("a job that completes says how much it did", async () => {
  const options = heard();
  assertEquals(await runJob(from(["a", "b", "c"]), options), { how: "completed", count: 3 });
  assertEquals(options.lines, ["test: completed, 3 done"]);
});

Deno.test("a job that took the signal finishes when it is to stop", async () => {
  const options = heard();
  const stop = new AbortController();
  const running = runJob((signal) => concat(of(1), draining(signal, 1), of(2)), { ...options, signal: stop.signal });
  stop.abort();
  assertEquals(await running, { how: "stopped", count: 2 });
  assertEquals(options.lines, ["test: stopping", "test: stopped, 2 done"]);
});

Deno.test("a job that does not finish in time is let go", async () => {
  const options = heard();
  const stop = new AbortController();
  let isLeft = false;
  const job = () => NEVER.pipe(finalize(() => isLeft = true));
  const running = runJob(job, { ...options, signal: stop.signal, drainMs: 1 });
  stop.abort();
  assertEquals(await running, { how: "stopped", count: 0 });
  assert(isLeft);
  assertEquals(options.lines[1], "test: gave up what was in flight after 1 ms");
});

Deno.test("a job that did not take the signal is left at once", async () => {
  let isLeft = false;
  const stopped = AbortSignal.abort();
  const end = await runJob(NEVER.pipe(finalize(() => isLeft = true)), { ...heard(), signal: stopped });
  assertEquals(end, { how: "stopped", count: 0 });
  assert(isLeft);
});

Deno.test("progress is said now and then, where there is some", async () => {
  const options = heard();
  const stop = new AbortController();
  const running = runJob((signal) => concat(of(1, 2), draining(signal, 0), EMPTY), {
    ...options,
    progressMs: 5,
    signal: stop.signal,
  });
  const isSaid = () => options.lines.some((line) => /^test: 2 done, [0-9]+ a second$/.test(line));
  while (!isSaid()) await new Promise((resolve) => setTimeout(resolve, 1));
  stop.abort();
  await running;
  assertEquals(options.lines.filter((line) => line.includes("a second")).length, 1);
});

Deno.test("a job that fails ends its process with code 1, and says why", async () => {
  const script = `
    import { runJob } from "${new URL("../../../adapters/jobs/mod.ts", import.meta.url)}";
    import { throwError } from "rxjs";
    const end = await runJob(throwError(() => new Error("Cannot find it: look again")), { name: "lost" });
    console.log(end.how);
  `;
  const folder = await Deno.makeTempDir({ prefix: "tidegate-job-" });
  await Deno.writeTextFile(`${folder}/job.ts`, script);
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--frozen", "--no-check", "--no-prompt", "--config", config, `${folder}/job.ts`],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  assertEquals({ code, said: text.decode(stdout) }, { code: 1, said: "failed\n" }, text.decode(stderr));
  assertMatch(text.decode(stderr), /^lost: Cannot find it: look again\nlost: failed, 0 done\n$/);
  await Deno.remove(folder, { recursive: true });
});
