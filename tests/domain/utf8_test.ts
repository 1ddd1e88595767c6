import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { utf8Bytes } from "../../domain/utf8.ts";

Deno.test("bytes of a text are those of TextEncoder, and stay what they are when other texts are encoded", () => {
  const encoder = new TextEncoder();
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 2_000 }),
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.constantFrom("", "\ud800", "a\udc00b", "\ufeff", "\u{1f600}".repeat(600)),
  );
  fc.assert(fc.property(fc.array(text, { maxLength: 50 }), (texts) => {
    const encoded = texts.map((each) => utf8Bytes(each));
    encoded.forEach((bytes, at) => assertEquals(bytes, encoder.encode(texts[at])));
  }));
});
