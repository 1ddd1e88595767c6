import type { Random } from "../domain/ports/clock.ts";

const UINT32 = 2 ** 32;

/**
 * Chance that is the same in every run: the same seed, a number from 0 to 2^32-1, gives the same ids and fractions, in order. Not for
 * secrets.
 *
 * @example
 * ```ts
 * import { assertEquals, assertNotEquals } from "@std/assert";
 * import { seededRandom } from "@tidegate/tidegate/testing";
 *
 * assertEquals(seededRandom(7).uuid(), seededRandom(7).uuid());
 * assertNotEquals(seededRandom(7).uuid(), seededRandom(8).uuid());
 * ```
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  // SplitMix32: each step adds an odd constant, and stirs it well.
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const hex = () => next().toString(16).padStart(8, "0");
  return {
    uuid() {
      const digits = hex() + hex() + hex() + hex();
      const variant = "89ab"[next() % 4];
      return [
        digits.slice(0, 8),
        digits.slice(8, 12),
        `4${digits.slice(13, 16)}`,
        `${variant}${digits.slice(17, 20)}`,
        digits.slice(20),
      ].join("-");
    },
    fraction: () => next() / UINT32,
  };
}
