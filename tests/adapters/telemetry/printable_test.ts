import { assert, assertEquals, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import { printable, printableJson, quoted, shortened } from "../../../adapters/telemetry/printable.ts";

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const anyText = fc.string({ unit: "binary" });

Deno.test("printable text holds nothing that a terminal or a line splitter acts on, whatever it was made of", () => {
  fc.assert(fc.property(anyText, fc.nat(50), (text, limit) => {
    assertNotMatch(printable(text, limit), UNSAFE);
    assertNotMatch(quoted(text, limit), UNSAFE);
    assertNotMatch(printableJson({ [text]: text }), UNSAFE);
  }));
});

Deno.test("printable JSON is the same value as before", () => {
  fc.assert(fc.property(anyText, (text) => assertEquals(JSON.parse(printableJson({ text })), { text })));
});

Deno.test("printable text is as it was where nothing is unsafe in it", () => {
  assertEquals(printable("grüße, 世界 🚪", 100), "grüße, 世界 🚪");
});

Deno.test("unsafe characters are told apart by their escapes", () => {
  assertEquals(printable("a\nb\x1b[31m\u202e\u{e0041}", 100), "a\\u000ab\\u001b[31m\\u202e\\udb40\\udc41");
  assertEquals(quoted('say "hi"\n'), '"say \\"hi\\"\\n"');
});

Deno.test("a text over the limit is cut, one at the limit is not", () => {
  assertEquals(shortened("abc", 3), "abc");
  assertEquals(shortened("abcd", 3), "abc…");
  assertEquals(quoted("x".repeat(61)), `"${"x".repeat(60)}…"`);
});

Deno.test("a pair of surrogates that the limit cuts in two is escaped", () => {
  const shown = printable("ab🚪", 3);
  assert(shown.startsWith("ab\\ud83d"), shown);
});
