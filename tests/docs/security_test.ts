/** SECURITY.md: every threat names a test, and the test is there. */
import { assert, assertEquals } from "@std/assert";
import { readDocument } from "./document.ts";

const ROOT = new URL("../../", import.meta.url);

/** The rows of the table of threats: what, and the file and name of its test. */
function threats(): { readonly threat: string; readonly file: string; readonly test: string }[] {
  const text = readDocument("SECURITY.md");
  const rows = text.split("\n").filter((line) => line.startsWith("| ") && !/^\| (threat|-)/.test(line));
  return rows.map((row) => {
    const [threat = "", , cell = ""] = row.split("|").slice(1).map((text) => text.trim());
    const [, file, test] = /^`(tests\/[^`]+)`: "(.+)"$/.exec(cell) ?? [];
    assert(file !== undefined && test !== undefined, `the row of "${threat}" names no test: ${cell}`);
    return { threat, file, test };
  });
}

Deno.test("security: every threat names a test that exists", () => {
  const rows = threats();
  assert(rows.length > 25, `${rows.length} threats`);
  const missing = rows.filter(({ file, test }) => {
    const source = Deno.readTextFileSync(new URL(file, ROOT));
    // Those of a contract are named for each implementation.
    const declared = [...source.matchAll(/(?:Deno\.test\(\s*|name: )"((?:[^"\\]|\\.)*)"/g)].map(([, name]) => name);
    return !declared.includes(test);
  });
  assertEquals(missing, []);
});

Deno.test("security: no threat is there twice", () => {
  const names = threats().map(({ threat }) => threat);
  assertEquals(names.length, new Set(names).size);
});
