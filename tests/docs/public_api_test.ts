import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { mistakesOf } from "./public_api.ts";

Deno.test("docs: everything public is documented, with units and errors, and names no type that is not public", async () => {
  assertEquals(await mistakesOf(Object.values(config.exports)), []);
});

Deno.test("docs: what is missing is found", async () => {
  const path = "tests/fixtures/docs/mistakes.ts";
  const missing = [
    `${path}: number Bare.wait has no unit`,
    `${path}: number waitFor(howLong) has no unit`,
    `${path}: show throws, and does not say so`,
    `${path}: the module has no documentation`,
    `${path}:1: exported symbol is missing JSDoc documentation`,
    `${path}:2: exported symbol is missing JSDoc documentation`,
    `${path}:16: public type 'show' references private type 'Hidden'`,
  ];
  assertEquals(await mistakesOf([path]), missing.sort());
});
