/**
 * What the harness writes into each record, and finds again in whatever a server makes of it: a mark, and behind it digits at fixed places -
 * when the record was produced, its channel, and its number in that channel. A receiver scans for the mark and parses nothing else.
 */

/** Begins a stamp. No server writes it by itself. */
const MARK = "@~~~";
const MARK_FIRST = 0x40;
const MARK_REST = 0x7e;

const TIME_DIGITS = 10;
const CHANNEL_DIGITS = 4;
const NUMBER_DIGITS = 8;

/** Characters of a stamp. */
export const STAMP_LENGTH = MARK.length + TIME_DIGITS + CHANNEL_DIGITS + NUMBER_DIGITS;

/** What a stamp says. */
export interface Stamp {
  /** Microseconds since the origin of the run: up to 2.7 hours. */
  readonly time: number;
  /** 0 to 9999. */
  readonly channel: number;
  /** 1 and up, one by one in each channel. */
  readonly number: number;
}

/**
 * The value of a record, a JSON object of so many bytes.
 *
 * @param options.bytes its length
 * @throws {RangeError} where it would have to be longer
 */
export function stampedValue({ time, channel, number }: Stamp, options: { readonly bytes: number }): string {
  const stamp = MARK + digits(time, TIME_DIGITS) + digits(channel, CHANNEL_DIGITS) + digits(number, NUMBER_DIGITS);
  const start = `{"stamp":"${stamp}","text":"`;
  const left = options.bytes - start.length - 2;
  if (left < 0) throw new RangeError(`Cannot stamp a record of ${options.bytes} bytes: ${start.length + 2} are needed`);
  return `${start}${filling(left)}"}`;
}

/** Where the next stamp begins in `bytes`, from `from` on and whole before `to`; -1 where there is none. */
export function findStamp(bytes: Uint8Array, from: number, { to }: { readonly to: number }): number {
  // A search that is not held back runs on to the end of a client's whole buffer, 100 microseconds away.
  const message = bytes.subarray(0, to);
  for (let at = from; at + STAMP_LENGTH <= to; at++) {
    at = message.indexOf(MARK_FIRST, at);
    if (at < 0 || at + STAMP_LENGTH > to) return -1;
    if (isStamp(bytes, at)) return at;
  }
  return -1;
}

/** Whether a stamp begins just here. */
export function isStamp(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === MARK_FIRST && bytes[at + 1] === MARK_REST && bytes[at + 2] === MARK_REST &&
    bytes[at + 3] === MARK_REST;
}

/** The time of the stamp at `at`. */
export function timeOf(bytes: Uint8Array, at: number): number {
  return numberAt(bytes, at + 4, TIME_DIGITS);
}

/** The channel of the stamp at `at`. */
export function channelOf(bytes: Uint8Array, at: number): number {
  return numberAt(bytes, at + 4 + TIME_DIGITS, CHANNEL_DIGITS);
}

/** The number in its channel of the stamp at `at`. */
export function numberOf(bytes: Uint8Array, at: number): number {
  return numberAt(bytes, at + 4 + TIME_DIGITS + CHANNEL_DIGITS, NUMBER_DIGITS);
}

function numberAt(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  const end = at + count;
  for (let place = at; place < end; place++) value = value * 10 + bytes[place]! - 48;
  return value;
}

function digits(value: number, count: number): string {
  return String(Math.floor(value)).padStart(count, "0");
}

const fillings = new Map<number, string>();

function filling(length: number): string {
  const known = fillings.get(length);
  if (known !== undefined) return known;
  const text = "The quick brown fox jumps over the lazy dog. ".repeat(Math.ceil(length / 45)).slice(0, length);
  fillings.set(length, text);
  return text;
}
