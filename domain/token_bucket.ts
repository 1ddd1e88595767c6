/** Rates: how fast something may be done. */

/** How fast something may be done, and how much of it at once. */
export interface Rate {
  readonly perSecond: number;
  /** How much may be done at once after a quiet time, 1 or more. */
  readonly burst: number;
}

/** After a refusal everything is refused for at least so long, in milliseconds. */
const PENALTY_MS = 250;

/**
 * A bucket of tokens that fills up with time; each thing that is done takes one. It keeps no timer and allocates nothing.
 *
 * A refusal says how long to wait, and until then all is refused: what was sent in order behind the refused thing does not overtake it.
 */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;
  /** 0 where it is open. */
  #closedUntil = 0;

  /** A full bucket; `now` in milliseconds, of the clock that the calls use. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = now;
  }

  /** How long to wait for a token, in milliseconds; 0 where there is one, which {@linkcode spend} then takes. */
  wait(now: number): number {
    this.#fill(now);
    if (now < this.#closedUntil) return this.#closedUntil - now;
    if (this.#tokens >= 1) return 0;
    const wait = Math.ceil(Math.max(PENALTY_MS, (1 - this.#tokens) / this.#rate.perSecond * 1000));
    this.#closedUntil = now + wait;
    return wait;
  }

  /** Takes a token. */
  spend(): void {
    this.#tokens--;
  }

  /** Takes a token, if there is one. */
  take(now: number): boolean {
    if (this.wait(now) > 0) return false;
    this.spend();
    return true;
  }

  /** Whether it is as good as a new one. */
  isFull(now: number): boolean {
    this.#fill(now);
    return now >= this.#closedUntil && this.#tokens >= this.#rate.burst;
  }

  #fill(now: number): void {
    const { perSecond, burst } = this.#rate;
    // A clock that was set back fills nothing, and opens what it would keep closed for longer than was said.
    if (now < this.#filledAt) this.#closedUntil = 0;
    this.#tokens = Math.min(burst, this.#tokens + Math.max(0, now - this.#filledAt) / 1000 * perSecond);
    this.#filledAt = now;
  }
}
