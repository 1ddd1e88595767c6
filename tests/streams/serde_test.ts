import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { map, tap } from "rxjs";
import { attempt } from "../../streams/attempt.ts";
import { deadLetters } from "../../streams/dead_letter.ts";
import { bytesSerde, deserialize, jsonSerde, type Serde, serialize, textSerde } from "../../streams/serde.ts";
import { holds } from "../holds.ts";
import { marbles } from "../../testing/marbles.ts";
import { testLife } from "./life.ts";

const anyJson = jsonSerde((value) => value);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const why = map(({ error }: { error: unknown }) => (error as Error).name);

testLife("serialize", () => serialize(textSerde));
testLife("deserialize", () => (source) => source.pipe(map(bytesOf), deserialize(textSerde)));

Deno.test("serde: what was written is read again, text and JSON of any kind", () => {
  holds(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    assertEquals(textSerde.deserialize(textSerde.serialize(text)), text);
  }));
  holds(fc.property(fc.jsonValue(), (value) => {
    assertEquals(anyJson.deserialize(anyJson.serialize(value)), JSON.parse(JSON.stringify(value)));
  }));
  const bytes = Uint8Array.of(255, 0);
  assertStrictEquals(bytesSerde.deserialize(bytesSerde.serialize(bytes)), bytes);
});

Deno.test("serde: bytes that are no UTF-8 are refused, and a byte order mark stays", () => {
  assertThrows(() => textSerde.deserialize(Uint8Array.of(0xc3)), TypeError);
  assertThrows(() => anyJson.deserialize(Uint8Array.of(0x22, 0xff, 0x22)), TypeError);
  assertEquals(textSerde.deserialize(bytesOf("\ufeffa")), "\ufeffa");
});

Deno.test("serde: what JSON has not is refused, as is what the check refuses", () => {
  const wrong: unknown[] = [undefined, () => 1];
  for (const value of wrong) assertThrows(() => anyJson.serialize(value), TypeError, "as JSON: JSON has no such value");
  const positive: Serde<number> = jsonSerde((value) => {
    if (typeof value !== "number" || value < 0) throw new RangeError("no");
    return value;
  });
  assertThrows(() => positive.deserialize(bytesOf("-1")), RangeError, "no");
});

Deno.test(
  "deserialize: bytes that cannot be read are dead letters in their places, and the stream goes on",
  marbles((kit) => {
    const source = kit.hot("-abc|", { a: bytesOf("1"), b: bytesOf("{"), c: bytesOf("[2]") });
    kit.emits(source.pipe(deserialize(anyJson), deadLetters(why)), "-abc|", {
      values: { a: 1, b: "SyntaxError", c: [2] },
    });
    kit.subscriptions(source, "^---!");
  }),
);

Deno.test(
  "serialize: a value that cannot be written is a dead letter, and the stream goes on",
  marbles((kit) => {
    const source = kit.hot("-abc|", { a: 1, b: 1n, c: null });
    kit.emits(source.pipe(serialize(anyJson), deadLetters(why)), "-abc|", {
      values: { a: bytesOf("1"), b: "TypeError", c: bytesOf("null") },
    });
  }),
);

Deno.test(
  "attempt: the dead letter has the item and what was thrown, and an error of what follows is no attempt's",
  marbles((kit) => {
    const thrown = { not: "an error" };
    const failing = attempt((item: string) => {
      if (item === "b") throw thrown;
      return item.length;
    });
    kit.emits(kit.hot("-ab|").pipe(failing), "-ab|", {
      values: { a: { ok: true, value: 1 }, b: { ok: false, item: "b", error: thrown } },
    });
    const later = tap(() => {
      throw "later";
    });
    kit.emits(kit.hot("-ab|").pipe(failing, later), "-#", { error: "later" });
  }),
);
