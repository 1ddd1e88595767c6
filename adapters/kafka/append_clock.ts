/** Watches the deadlines of calls with one timer. */
import type { AppendCall } from "./append_call.ts";
import type { PartitionQueue } from "./partition_queue.ts";

/** Watches over calls until each has all of its outcomes. */
export interface AppendClock {
  /** Watches a call. Calls expire in the order in which they are given. */
  watch(call: AppendCall): void;
  /** To be called for each call that has all of its outcomes. */
  readonly done: () => void;
  /** Whether no call is open. */
  readonly idle: boolean;
  /** Resolves when no call is open, or after `ms` milliseconds. */
  untilIdle(ms: number): Promise<void>;
  /** Stops watching. */
  stop(): void;
}

/** Makes a clock. @param late gives all records of a partition their outcome: one of them has had its time */
export function appendClock(late: (queue: PartitionQueue) => void): AppendClock {
  let calls: AppendCall[] = [];
  let first = 0;
  let open = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let idle: (() => void) | undefined;

  const ring = () => {
    timer = undefined;
    const now = performance.now();
    let end = first;
    while (end < calls.length && (calls[end]!.settled || calls[end]!.expires <= now)) end++;
    for (const call of calls.slice(first, end)) {
      for (const entry of call.entries) if (!entry.settled) late(entry.queue);
    }
    set();
  };
  const set = () => {
    const next = calls[first];
    if (next && open > 0) timer ??= setTimeout(ring, Math.max(0, next.expires - performance.now()));
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    calls = [];
    first = 0;
  };

  return {
    watch(call) {
      open++;
      calls.push(call);
      set();
    },
    done() {
      open--;
      while (first < calls.length && calls[first]!.settled) first++;
      if (first * 2 > calls.length) {
        calls = calls.slice(first);
        first = 0;
      }
      if (open > 0) return;
      stop();
      idle?.();
    },
    get idle() {
      return open === 0;
    },
    async untilIdle(ms) {
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, ms);
        idle = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    },
    stop,
  };
}
