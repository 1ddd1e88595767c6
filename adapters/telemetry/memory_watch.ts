/** Whether there is memory for more. */
import type { SchedulerLike } from "rxjs";

/** What memory is held to. */
export interface MemoryWatchOptions {
  /** Bytes of the process over which there is no room; absent: no limit. */
  readonly limitBytes?: number;
  /** Bytes of objects at which the runtime ends the process. */
  readonly heapLimitBytes: number;
  /** What is used now, in bytes: of the process, and of objects. */
  readonly usage: () => { readonly rss: number; readonly heapUsed: number };
  readonly scheduler: SchedulerLike;
  /** Told when there is no room any more, and when there is again. */
  readonly changed: (problem: string | undefined) => void;
}

/** A running watch. */
export interface MemoryWatch {
  /** Why there is no room; `undefined` where there is. */
  problem(): string | undefined;
  /** Ends its timer. */
  stop(): void;
}

/** How often it looks: connections and what they queue grow no faster than this can see. */
const EVERY_MS = 500;
/** Of the heap's limit: beyond this the runtime does little but collect garbage. */
const HEAP_SHARE = 0.85;
/** There is room again below this share of a limit, so that one connection more or less changes nothing. */
const RECOVERED = 0.9;

/** Watches the memory of the process, so that it takes nobody more before it would die. */
export function watchMemory(options: MemoryWatchOptions): MemoryWatch {
  const { limitBytes = Infinity, heapLimitBytes, usage, scheduler, changed } = options;
  let problem: string | undefined;

  const look = () => {
    const { rss, heapUsed } = usage();
    const share = problem === undefined ? 1 : RECOVERED;
    const now = rss > limitBytes * share
      ? `the process has ${mebibytes(rss)} MiB, its limit is ${mebibytes(limitBytes)}`
      : heapUsed > heapLimitBytes * HEAP_SHARE * share
      ? `objects have ${mebibytes(heapUsed)} MiB of the ${mebibytes(heapLimitBytes)} that the runtime gives them`
      : undefined;
    const turned = (now === undefined) !== (problem === undefined);
    problem = now;
    if (turned) changed(problem);
  };
  const timer = scheduler.schedule(function () {
    look();
    this.schedule(undefined, EVERY_MS);
  }, EVERY_MS);
  return { problem: () => problem, stop: () => timer.unsubscribe() };
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
