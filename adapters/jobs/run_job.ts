/** Runs a stream job to its end. */
import type { Observable, Subscription } from "rxjs";
import { STOP_EXIT_CODES, stopSignals } from "../process/stop_signals.ts";

/** How a job is run. */
export interface JobOptions {
  /** What lines on standard error begin with. Default `job`. */
  readonly name?: string;
  /** Aborts to stop the job, as SIGTERM and SIGINT do. */
  readonly signal?: AbortSignal;
  /** How often it says how many were done, in milliseconds, where that changed. Default 10,000; 0: never. */
  readonly progressMs?: number;
  /** How long a job that is to stop may take for what is in flight, in milliseconds. Default 10,000. */
  readonly drainMs?: number;
  /** Takes each line. Default: standard error. */
  readonly write?: (line: string) => void;
}

/** How a job ended. */
export interface JobEnd {
  /** `stopped`: it was told to stop before it had completed. */
  readonly how: "completed" | "stopped" | "failed";
  /** How many values the job emitted: of one that ends with a sink, how many records were written. */
  readonly count: number;
  /** Why it failed. */
  readonly error?: unknown;
}

/** A job; one that takes the signal, and gives it to its sources, drains when it is to stop. */
export type Job = Observable<unknown> | ((stop: AbortSignal) => Observable<unknown>);

/**
 * Runs a job until it completes, fails, or is told to stop by SIGTERM, SIGINT or `signal`. It is the one `subscribe` of a script.
 *
 * Told to stop, a job that took the signal gets `drainMs` to finish what is in flight and to complete; any other is unsubscribed at once,
 * which commits what is done. A second SIGTERM or SIGINT ends the process there and then: nothing is lost, more is read again.
 *
 * Never rejects. Where the job fails, says why on standard error and has the process exit with code 1, once its connections are closed:
 * await it last. Needs no permission of its own.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { runJob } from "@tidegate/tidegate/jobs";
 * import { of } from "rxjs";
 *
 * assertEquals(await runJob(of("a", "b"), { name: "letters" }), { how: "completed", count: 2 });
 * ```
 */
export async function runJob(job: Job, options: JobOptions = {}): Promise<JobEnd> {
  const { name = "job", signal, progressMs = 10_000, drainMs = 10_000, write = writeError } = options;
  const say = (text: string) => write(`${name}: ${text}`);
  using signals = stopSignals();
  const stopping = new AbortController();
  const ended = Promise.withResolvers<JobEnd>();
  let running: Subscription | undefined;
  let count = 0;
  let patience: ReturnType<typeof setTimeout> | undefined;

  const stop = () => {
    if (stopping.signal.aborted) return;
    say("stopping");
    stopping.abort();
    if (typeof job !== "function") return cut();
    patience = setTimeout(() => {
      say(`gave up what was in flight after ${drainMs} ms`);
      cut();
    }, drainMs);
  };
  const cut = () => {
    running?.unsubscribe();
    ended.resolve({ how: "stopped", count });
  };
  const progress = sayProgress(say, { everyMs: progressMs, count: () => count });

  signals.first.then(stop);
  signals.second.then((how) => Deno.exit(STOP_EXIT_CODES[how]));
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    const job$ = typeof job === "function" ? job(stopping.signal) : job;
    running = job$.subscribe({
      next: () => void count++,
      error: (error) => ended.resolve({ how: "failed", count, error }),
      complete: () => ended.resolve({ how: stopping.signal.aborted ? "stopped" : "completed", count }),
    });
  } catch (error) {
    ended.resolve({ how: "failed", count, error });
  }
  const end = await ended.promise;
  running?.unsubscribe();
  clearInterval(progress);
  clearTimeout(patience);
  signal?.removeEventListener("abort", stop);
  if (end.how === "failed") {
    say(errorText(end.error));
    Deno.exitCode = 1;
  }
  say(`${end.how}, ${end.count} done`);
  return end;
}

function sayProgress(
  say: (text: string) => void,
  { everyMs, count }: { readonly everyMs: number; readonly count: () => number },
): ReturnType<typeof setInterval> | undefined {
  if (everyMs === 0) return undefined;
  let last = 0;
  return setInterval(() => {
    const now = count();
    if (now !== last) say(`${now} done, ${Math.round((now - last) * 1000 / everyMs)} a second`);
    last = now;
  }, everyMs);
}

/** What an error says; of one that nobody foresaw, where it came from, too. */
function errorText(error: unknown): string {
  return error instanceof Error && /^(Cannot|Connection) /.test(error.message) ? error.message : Deno.inspect(error);
}

const utf8 = new TextEncoder();

function writeError(line: string): void {
  try {
    Deno.stderr.writeSync(utf8.encode(line + "\n"));
  } catch {
    // A closed terminal must not end a job that works.
  }
}
