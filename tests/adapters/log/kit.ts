/** What the tests of the embedded logs share. */
import { asyncScheduler, filter, firstValueFrom, type SchedulerLike, type Subscription, timeout } from "rxjs";
import type { Clock } from "../../../domain/ports/clock.ts";
import type { Log, LogState } from "../../../domain/ports/log.ts";
import type { Telemetry } from "../../../domain/ports/telemetry.ts";

/** Takes what is told, and forgets it. */
export const silent: Telemetry = { count: () => {}, note: () => {} };

/** Real time. */
export const realClock: Clock = { scheduler: asyncScheduler };

/** A clock that shows what it is told to; what is due at once happens at once, what is due later when the clock is moved there. */
export class SetClock implements Clock {
  time = 1_763_830_000_000;
  #due: { at: number; run: () => void }[] = [];
  readonly scheduler: SchedulerLike = {
    now: () => this.time,
    schedule: <T>(work: (this: never, state: T) => void, delay = 0, state?: T): Subscription => {
      if (delay === 0) return asyncScheduler.schedule(work as never, 0, state);
      let subscription: Subscription | undefined;
      const entry = {
        at: this.time + delay,
        run: () => void (subscription = asyncScheduler.schedule(work as never, 0, state)),
      };
      this.#due.push(entry);
      const forget = () => (this.#due = this.#due.filter((other) => other !== entry), subscription?.unsubscribe());
      return { unsubscribe: forget, closed: false } as unknown as Subscription;
    },
  };

  /** How many things are due later. */
  get waiting(): number {
    return this.#due.length;
  }

  move(ms: number): void {
    this.time += ms;
    const due = this.#due.filter(({ at }) => at <= this.time);
    this.#due = this.#due.filter(({ at }) => at > this.time);
    for (const { run } of due) run();
  }
}

/** Runs with a folder that is removed afterwards. */
export async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The first state of a log for which a condition holds. */
export function stateWhen(log: Log, condition: (state: LogState) => boolean): Promise<LogState> {
  return firstValueFrom(log.state.pipe(filter(condition), timeout(20_000)));
}

/** Resolves when a condition holds, which is looked at every few milliseconds. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited 20 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
