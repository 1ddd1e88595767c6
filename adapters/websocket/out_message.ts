import { Buffer } from "node:buffer";

const FINAL = 0x80;
const TEXT = 1;
const BINARY = 2;
/** Lengths over this take two bytes more, and those over {@linkcode TWO_BYTES} eight. */
const ONE_BYTE = 125;
const TWO_BYTES = 0xffff;

const utf8 = new TextDecoder();

/** A WebSocket message that is sent to many: what it looks like on the way is made once, when it is first asked for. */
export class OutMessage {
  /** What it says; never mutate it. */
  readonly bytes: Uint8Array;
  readonly binary: boolean;
  #frame: Buffer | undefined;
  #text: string | undefined;

  constructor(bytes: Uint8Array, { binary }: { readonly binary: boolean }) {
    this.bytes = bytes;
    this.binary = binary;
  }

  /** The message as a server's frame (RFC 6455): one, not masked. Shared: never mutate it. */
  get frame(): Buffer {
    return this.#frame ??= frameOf(this);
  }

  /** The text of a message that is no binary one. */
  get text(): string {
    return this.#text ??= utf8.decode(this.bytes);
  }
}

/** Header and payload in one piece: two are two writes, or one that gathers them, for every connection. */
function frameOf({ bytes, binary }: OutMessage): Buffer {
  const { length } = bytes;
  const start = length <= ONE_BYTE ? 2 : length <= TWO_BYTES ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = FINAL | (binary ? BINARY : TEXT);
  if (start === 2) frame[1] = length;
  else if (start === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(Math.floor(length / 0x1_0000_0000), 2);
    frame.writeUInt32BE(length % 0x1_0000_0000, 6);
  }
  frame.set(bytes, start);
  return frame;
}
