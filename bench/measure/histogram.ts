/** Counts of values in buckets that are narrow where values are small: a percentile is exact to 1.6%, whatever its size. */

/** Below twice this many, each value has a bucket of its own; above, each doubling has so many buckets. */
const PRECISION_BITS = 6;

/** Values up to 2^31 - 1. */
const BUCKETS = (31 - PRECISION_BITS + 1) << PRECISION_BITS;

/** A histogram as it goes through JSON: its buckets that are not empty, as pairs of bucket and count. */
export type HistogramPairs = readonly (readonly [bucket: number, count: number])[];

/** How often values came; the values are whole numbers from 0 to 2^31 - 1, such as microseconds. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;

  /** How many values it holds. */
  get total(): number {
    return this.#total;
  }

  /** Counts a value; one below 0 counts as 0, a larger one than 2^31 - 1 as that. */
  record(value: number): void {
    this.#counts[bucketOf(value)]!++;
    this.#total++;
  }

  /** Adds all that another one holds. */
  add(pairs: HistogramPairs): void {
    for (const [bucket, count] of pairs) {
      this.#counts[bucket]! += count;
      this.#total += count;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  /**
   * The value that so many percent of all values do not exceed, as the upper end of its bucket.
   *
   * @param percent over 0, up to 100
   * @returns `undefined` where there are no values
   */
  percentile(percent: number): number | undefined {
    if (this.#total === 0) return undefined;
    let left = Math.ceil(this.#total * percent / 100);
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0);
    return upperEnd(bucket);
  }

  /** Its buckets that are not empty, in order. */
  toPairs(): HistogramPairs {
    return Array.from(this.#counts, (count, bucket) => [bucket, count] as const).filter(([, count]) => count > 0);
  }
}

function bucketOf(value: number): number {
  const whole = value <= 0 ? 0 : value >= 0x7fffffff ? 0x7fffffff : value | 0;
  const shift = Math.max(0, 31 - PRECISION_BITS - Math.clz32(whole));
  return (shift << PRECISION_BITS) + (whole >> shift);
}

function upperEnd(bucket: number): number {
  const shift = Math.max(0, (bucket >> PRECISION_BITS) - 1);
  return ((bucket - (shift << PRECISION_BITS) + 1) * 2 ** shift) - 1;
}
