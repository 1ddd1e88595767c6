/** Pointers of the standard layout, as 64-bit words. */

/** The two lowest bits of a pointer. */
export const KIND = { struct: 0, list: 1, far: 2, other: 3 } as const;

/** The size of a list's elements, as a list pointer has it. */
export const ELEMENT = {
  void: 0,
  bit: 1,
  byte: 2,
  twoBytes: 3,
  fourBytes: 4,
  eightBytes: 5,
  pointer: 6,
  composite: 7,
} as const;

/** How many bits an element takes, by its code; composite lists count by words. */
const ELEMENT_BITS = [0, 1, 8, 16, 32, 64, 64] as const;

/** How many words a list takes after its pointer, without the tag of a composite one. */
export function listWords(element: number, count: number): number {
  return element === ELEMENT.composite ? count : Math.ceil(count * ELEMENT_BITS[element]! / 64);
}

/** How many words a struct takes, by the upper half of its pointer: data and pointers. */
export function structWords(sizes: number): number {
  return (sizes & 0xffff) + (sizes >>> 16);
}
