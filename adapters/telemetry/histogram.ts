/** How often something took how long. */

/** The upper bounds of a histogram's buckets, in seconds, from half a millisecond to ten seconds. */
const BOUNDS: readonly number[] = [
  0.0005,
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
];

/** Times in fixed buckets: taking one costs a few comparisons, and nothing is allocated. */
export class Histogram {
  /** Upper bounds in seconds, rising; the last bucket, which has none, is left out. */
  readonly bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[] = BOUNDS) {
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** How many were taken. */
  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Their sum, in seconds. */
  get sum(): number {
    return this.#sum;
  }

  /** Takes one, in seconds; a negative one, as of two clocks that disagree, counts as 0. */
  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && seconds > this.bounds[bucket]!) bucket++;
    this.#counts[bucket]!++;
    if (seconds > 0) this.#sum += seconds;
  }

  /** How many were at most each bound, and after them how many there are. */
  cumulative(): readonly number[] {
    let sum = 0;
    return Array.from(this.#counts, (count) => sum += count);
  }
}
