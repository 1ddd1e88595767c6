/** CRC-32C (Castagnoli), the checksum of a record batch. */

const TABLES = makeTables();

/** The checksum of `bytes[from..)`, 0 to 2^32-1. */
export function crc32c(bytes: Uint8Array, from: number): number {
  const [t0, t1, t2, t3] = TABLES;
  let crc = 0xffffffff;
  let at = from;
  // Four bytes a turn: a megabyte takes some 2 ms.
  for (const end = bytes.length - 3; at < end; at += 4) {
    crc ^= bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
    crc = t3[crc & 255]! ^ t2[crc >>> 8 & 255]! ^ t1[crc >>> 16 & 255]! ^ t0[crc >>> 24]!;
  }
  for (; at < bytes.length; at++) crc = t0[(crc ^ bytes[at]!) & 255]! ^ crc >>> 8;
  return ~crc >>> 0;
}

function makeTables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const t0 = new Int32Array(256).map((_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
    return crc;
  });
  const next = (table: Int32Array) => table.map((crc) => t0[crc & 255]! ^ crc >>> 8);
  const t1 = next(t0);
  const t2 = next(t1);
  return [t0, t1, t2, next(t2)];
}
