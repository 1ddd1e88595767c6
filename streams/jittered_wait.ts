/** How long to wait after failures. */
export interface JitteredWait {
  /** The longest first wait, in milliseconds; it doubles with each failure in a row. */
  readonly minMs: number;
  /** The longest wait of all, in milliseconds. */
  readonly maxMs: number;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** The wait after so many failures in a row, in milliseconds: a random part of one that doubles up to a limit ("full jitter"). */
export function jitteredWait(failures: number, { minMs, maxMs, random }: JitteredWait): number {
  return random() * Math.min(maxMs, minMs * 2 ** (failures - 1));
}
