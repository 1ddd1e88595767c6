import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { nearestName } from "../../../adapters/config/nearest_name.ts";

const NAMES = ["serve", "check", "pub", "sub", "retention_hours", "port"];

Deno.test("one letter left out, put in, changed or swapped is near", () => {
  for (const typo of ["serv", "servee", "xerve", "sevre", "SERVE", "esrve"]) {
    assertEquals(nearestName(typo, NAMES), "serve", typo);
  }
});

Deno.test("other ways to write several words are near", () => {
  for (const name of ["retentionHours", "retention-hours", "RETENTION_HOURS", "retention_hour"]) {
    assertEquals(nearestName(name, NAMES), "retention_hours", name);
  }
});

Deno.test("what resembles nothing is near nothing", () => {
  for (const name of ["frobnicate", "", "x", "x".repeat(1_000_000)]) {
    assertEquals(nearestName(name, ["serve", "check", "port"]), undefined);
  }
  assertEquals(nearestName("serve", []), undefined);
});

Deno.test("the nearest of several wins, and a name is nearest to itself", () => {
  assertEquals(nearestName("pubs", ["sub", "pub"]), "pub");
  fc.assert(fc.property(fc.constantFrom(...NAMES), (name) => assertEquals(nearestName(name, NAMES), name)));
});

Deno.test("only candidates are answers, whatever the name", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    const near = nearestName(name, NAMES);
    assert(near === undefined || NAMES.includes(near));
  }));
});
