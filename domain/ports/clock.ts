import type { SchedulerLike } from "rxjs";

/** Time, so that tests own it. */
export interface Clock {
  /** The scheduler of every operator of time; its `now()` is milliseconds since 1970. */
  readonly scheduler: SchedulerLike;
}

/** Chance, so that tests own it. */
export interface Random {
  /** A random UUID (version 4), lower case. */
  uuid(): string;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  fraction(): number;
}
