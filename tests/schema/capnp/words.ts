/** Messages, word by word. */

/** The bytes of some words, the lowest byte of each first. */
export function words(...list: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(list.length * 8));
  for (const [at, word] of list.entries()) view.setBigUint64(at * 8, BigInt.asUintN(64, word), true);
  return new Uint8Array(view.buffer);
}

/** A message of one segment of some words. */
export function framed(...list: readonly bigint[]): Uint8Array {
  return words(BigInt(list.length) << 32n, ...list);
}

/** The pointer to a struct, `offset` words after it. */
export function structPointer(struct: { offset: number; dataWords?: number; pointers?: number }): bigint {
  const { offset, dataWords = 0, pointers = 0 } = struct;
  return BigInt.asUintN(32, BigInt(offset) << 2n) | BigInt(dataWords) << 32n | BigInt(pointers) << 48n;
}

/** The pointer to a list, `offset` words after it. */
export function listPointer({ offset, element, count }: { offset: number; element: number; count: number }): bigint {
  return BigInt.asUintN(32, BigInt(offset) << 2n) | 1n | BigInt(element) << 32n | BigInt(count) << 35n;
}

/** The pointer to a landing pad in a segment; a double one to a pad of two words. */
export function farPointer(pad: { segment: number; offset: number; double?: boolean }): bigint {
  return BigInt(pad.segment) << 32n | BigInt(pad.offset) << 3n | (pad.double ? 4n : 0n) | 2n;
}
