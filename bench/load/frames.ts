/** WebSocket frames, as cheap as they can be had: no object a message. */

const FIN = 0x80;
const MASKED = 0x80;

/** The kinds of frames that matter here. */
export const OPCODES = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Takes a message that is whole in `bytes`, from `from` to `to`; the bytes are used again afterwards. */
export type TakeMessage = (opcode: number, bytes: Uint8Array, range: { from: number; to: number }) => void;

/**
 * Takes every whole frame of `bytes` before `end`.
 *
 * @returns where the first one that is not whole begins
 * @throws {Error} where a frame can never be whole in `bytes`, or is a part of a message: the servers send none such
 */
export function takeFrames(bytes: Uint8Array, end: number, take: TakeMessage): number {
  const range = { from: 0, to: 0 };
  let at = 0;
  while (at + 2 <= end) {
    const opcode = bytes[at]! & 0x0f;
    const short = bytes[at + 1]! & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > end) break;
    const length = short < 126 ? short : bigEndian(bytes, at + 2, head - 2);
    if (head + length > bytes.length) {
      throw new Error(`Cannot read a message of ${length} bytes: a client here has room for ${bytes.length - head}`);
    }
    if (at + head + length > end) break;
    if ((bytes[at]! & FIN) === 0 || opcode === 0) throw new Error("Cannot read a fragmented message");
    range.from = at + head;
    range.to = range.from + length;
    take(opcode, bytes, range);
    at = range.to;
  }
  return at;
}

/**
 * One frame from a client. It is masked, as it has to be, with zeros: that spares the sender the work, and not the receiver.
 *
 * @param payload up to 65,535 bytes
 */
export function clientFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const short = payload.length < 126;
  const start = short ? 6 : 8;
  const frame = new Uint8Array(start + payload.length);
  frame[0] = FIN | opcode;
  frame[1] = MASKED | (short ? payload.length : 126);
  if (!short) {
    frame[2] = payload.length >> 8;
    frame[3] = payload.length & 0xff;
  }
  frame.set(payload, start);
  return frame;
}

function bigEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let place = at; place < at + count; place++) value = value * 256 + bytes[place]!;
  return value;
}
