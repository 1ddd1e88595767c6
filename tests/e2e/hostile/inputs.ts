/** Seeded hostile input: what anyone may send to the port. */
import { seededRandom } from "../../../testing/mod.ts";
import { encodeClientFrame as encodeCapnp } from "../../../schema/capnp/client.ts";
import { SMUGGLED } from "../../contract/transport/smuggling.ts";

/** A source of inputs; the same seed gives the same ones. */
export interface Chance {
  /** A whole number from 0 to `below`, exclusive. */
  number(below: number): number;
  pick<T>(from: readonly T[]): T;
  bytes(most: number): Uint8Array<ArrayBuffer>;
}

/** The chance of a seed. */
export function chanceOf(seed: number): Chance {
  const random = seededRandom(seed);
  const number = (below: number) => Math.floor(random.fraction() * below);
  return {
    number,
    pick: (from) => from[number(from.length)]!,
    bytes: (most) => Uint8Array.from({ length: number(most + 1) }, () => number(256)),
  };
}

const encoder = new TextEncoder();
const LONE = "\\ud800";
const DEEP = 30_000;

/** JSON that no client of ours sends: deep, polluting, huge, cut, of wrong types. */
export function hostileJson(chance: Chance): string {
  const { number, pick } = chance;
  const value = pick<() => string>([
    () => "[".repeat(number(DEEP)) + "]".repeat(number(DEEP)),
    () => '{"a":'.repeat(number(8_000)) + "1" + "}".repeat(number(8_000)),
    () => `[${("[".repeat(120) + "]".repeat(120) + ",").repeat(number(200))}0]`,
    () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    () => `1e${number(100_000)}`,
    () => "9".repeat(1 + number(20_000)),
    () => `"${LONE}"`,
    () => `"\\u0000${"\\u0000".repeat(number(100))}"`,
    () => `-0.${"0".repeat(number(1_000))}1`,
    () => pick(["NaN", "Infinity", "undefined", "'a'", "0x10", "01", "+1", "\ufeff1", "tru", '"\t"']),
    () => `"${String.fromCodePoint(0x1f4a9).repeat(number(5_000))}"`,
    () => "null",
    () => String(number(2 ** 31)),
  ]);
  const channel = pick([
    "chat:lobby",
    "chat:",
    "chat:../x",
    "user:someone",
    "__proto__",
    "a".repeat(300),
    "chat:\u202e",
    "",
  ]);
  const id = pick(["1", "0", "-1", "4294967296", "1.5", '"1"', "null", "[]", "9007199254740993"]);
  return pick([
    () => `{"id":${id},"publish":{"channel":${JSON.stringify(channel)},"payload":${value()}}}`,
    () => `{"id":${id},"subscribe":{"channel":${value()}}}`,
    () => `{"id":${id},"subscribe":{"channel":"chat:${number(50)}","since":${value()}}}`,
    () => `{"id":${id},"history":{"channel":"chat:lobby","limit":${value()},"before":${value()}}}`,
    () => `{"id":${id},"unsubscribe":{"channel":"chat:${number(50)}"}}`,
    () => `{"connect":{"token":${value()},"since":${value()},"maxMessageBytes":${value()}}}`,
    () => `{"__proto__":{"ping":{}},"id":${id}}`,
    () => `{"id":${id},"${pick(["teleport", "constructor", "toString", "__proto__", "ping"])}":${value()}}`,
    () => `{"id":${id},"publish":{"channel":"chat:lobby","payload":1,"messageId":${value()},"headers":${value()}}}`,
    () => `{"id":1,"ping":{}}\n`.repeat(number(200)),
    () => "{}\n".repeat(number(20_000)),
    value,
  ])();
}

/** Cap'n Proto that claims more than it is: bombs, altered frames, noise. */
export function hostileCapnp(chance: Chance): Uint8Array<ArrayBuffer> {
  const { number, pick, bytes } = chance;
  const words = (...of: bigint[]) => new Uint8Array(new BigUint64Array(of).buffer);
  const frame = () => {
    const made = encodeCapnp({ type: "publish", id: 1, channel: "chat:lobby", payload: { kind: "json", text: "1" } });
    const copy = Uint8Array.from(made);
    for (let changes = number(4); changes > 0; changes--) copy[number(copy.length)] = number(256);
    return copy;
  };
  return pick<() => Uint8Array<ArrayBuffer>>([
    () => new Uint8Array([0xcc, 0x58, 0x52, 0xa9]),
    () => words(0x07ffffffn),
    () => words(0xffffffff_00000000n, 0n),
    () => words(BigInt(number(2 ** 16)), BigInt(number(2 ** 30)), BigInt(number(2 ** 30)) << 32n),
    () => words(0x0000000200000000n, 0x0001000000000000n, 0xffffffff_00000001n),
    () => bytes(2_000),
    frame,
    frame,
    () => frame().slice(0, number(60)),
  ])();
}

/** Bytes on an open WebSocket: frames that break the rules, floods, noise. */
export function hostileFrames(chance: Chance): Uint8Array<ArrayBuffer> {
  const { number, pick, bytes } = chance;
  const one = (first: number, payload: Uint8Array, claim = payload.length) => {
    const length = claim < 126
      ? [0x80 | claim]
      : claim < 65_536
      ? [0xfe, claim >> 8, claim & 255]
      : [0xff, 0, 0, 0, 0, 127, 0, 0, 0];
    return [first, ...length, number(256), 0, 0, number(256), ...payload];
  };
  return new Uint8Array(
    pick<() => number[]>([
      () => [...bytes(500)],
      () => one(number(256), bytes(100)),
      () => one(0x81, bytes(50), 2 ** 20),
      () => one(0x01, bytes(100)),
      () => Array.from({ length: number(1_500) }, () => one(0x00, new Uint8Array())).flat(),
      () => Array.from({ length: number(300) }, () => one(0x89, bytes(4))).flat(),
      () => Array.from({ length: number(300) }, () => one(0x8a, bytes(4))).flat(),
      () => Array.from({ length: number(300) }, () => one(0x81, new Uint8Array())).flat(),
      () => [0x81, 0x05, ...encoder.encode("hello")],
      () => one(0x88, bytes(130)),
      () => one(0x81, new Uint8Array([0xc3, 0x28, 0xed, 0xa0, 0x80])),
    ])(),
  );
}

const SMUGGLED_BYTES = Object.values(SMUGGLED);

/** The beginning of an HTTP conversation: smuggled, mangled, too large, noise. */
export function hostileHead(chance: Chance): string {
  const { number, pick } = chance;
  const mangled = () => {
    const text = [...pick(SMUGGLED_BYTES)];
    for (let changes = 1 + number(5); changes > 0; changes--) {
      text.splice(number(text.length), number(3), String.fromCharCode(number(256)));
    }
    return text.join("");
  };
  return pick([
    () => pick(SMUGGLED_BYTES),
    mangled,
    mangled,
    () => `GET /${"a".repeat(number(10_000))} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    () => String.fromCharCode(...chance.bytes(200)) + "\r\n\r\n",
  ])();
}
