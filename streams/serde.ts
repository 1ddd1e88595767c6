import type { OperatorFunction } from "rxjs";
import { type Attempt, attempt } from "./attempt.ts";

/** Values to bytes and back. Both directions throw where the value or the bytes are not right. */
export interface Serde<T> {
  /** The bytes of a value. */
  serialize(value: T): Uint8Array;
  /** The value of bytes. */
  deserialize(bytes: Uint8Array): T;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 text. Bytes that are no UTF-8 are refused, not repaired. */
export const textSerde: Serde<string> = {
  serialize: (text) => encoder.encode(text),
  deserialize: (bytes) => decoder.decode(bytes),
};

/** Bytes as they are: the same array, not a copy. */
export const bytesSerde: Serde<Uint8Array> = {
  serialize: (bytes) => bytes,
  deserialize: (bytes) => bytes,
};

/**
 * JSON. What was parsed goes through `check`, which gives it its type, or throws: a validator of any library. Numbers are those of JavaScript: above
 * 2^53 they lose digits.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { jsonSerde } from "@tidegate/tidegate/streams";
 *
 * const price = jsonSerde((value) => {
 *   if (typeof value !== "number") throw new TypeError(`Cannot read ${JSON.stringify(value)} as a price: expected a number`);
 *   return value;
 * });
 * assertEquals(price.deserialize(price.serialize(9.5)), 9.5);
 * assertThrows(() => price.deserialize(new TextEncoder().encode('"free"')), TypeError);
 * ```
 */
export function jsonSerde<T>(check: (value: unknown) => T): Serde<T> {
  return {
    serialize(value) {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) throw new TypeError(`Cannot write ${typeof value} as JSON: JSON has no such value`);
      return encoder.encode(text);
    },
    deserialize: (bytes) => check(JSON.parse(decoder.decode(bytes))),
  };
}

/**
 * Bytes of values, as attempts: a value that cannot be written is a dead letter with its error, and the stream goes on. `deadLetters` takes them
 * apart. Keeps the order, holds nothing.
 */
export function serialize<T>(serde: Serde<T>): OperatorFunction<T, Attempt<T, Uint8Array>> {
  return attempt((value) => serde.serialize(value));
}

/**
 * Values of bytes, as attempts: bytes that cannot be read are a dead letter with its error, and the stream goes on. Keeps the order, holds nothing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, of, toArray } from "rxjs";
 * import { deadLetters, deserialize, textSerde } from "@tidegate/tidegate/streams";
 *
 * const read$ = of(Uint8Array.of(104, 105), Uint8Array.of(255)).pipe(
 *   deserialize(textSerde),
 *   deadLetters(map(({ item }) => `${item.length} bytes that are no text`)),
 *   toArray(),
 * );
 * assertEquals(await lastValueFrom(read$), ["hi", "1 bytes that are no text"]);
 * ```
 */
export function deserialize<T>(serde: Serde<T>): OperatorFunction<Uint8Array, Attempt<Uint8Array, T>> {
  return attempt((bytes) => serde.deserialize(bytes));
}
