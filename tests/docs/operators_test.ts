import { assert, assertEquals } from "@std/assert";
import * as streams from "../../streams/mod.ts";
import { readDocument, section } from "./document.ts";

const document = readDocument("docs/operators.md");
const exported = Object.keys(streams);

/** The cells of each row of a table whose first cell is a name, after that name. */
function rows(lines: readonly string[]): Map<string, readonly string[]> {
  const cells = lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  return new Map(
    cells.filter(([name]) => /^`\w+`$/.test(name ?? "")).map(([name, ...rest]) => [name!.slice(1, -1), rest]),
  );
}

/** The file that an export of the operators comes from. */
function sourceOf(name: string): string {
  const module = readDocument("streams/mod.ts");
  const lines = module.matchAll(/^export \{([^}]*)\} from "\.\/([^"]+)";/gm);
  const file = [...lines].find(([, names]) => names!.split(",").some((one) => one.trim() === name))?.[2];
  assert(file, `${name} is in no line of streams/mod.ts`);
  return readDocument(`streams/${file}`);
}

Deno.test("docs: the tables of operators have every export of streams, once, and nothing else", () => {
  const listed = section(document, "## The table").flatMap((line) => [...rows([line]).keys()]);
  assertEquals(listed.toSorted(), exported.toSorted());
});

Deno.test("docs: the table says of each operator whether it takes a scheduler", () => {
  const said = [...rows(section(document, "## The table"))].filter(([, cells]) => cells.length > 1);
  assert(said.length > 20);
  for (const [name, cells] of said) {
    assertEquals(cells[3], /SchedulerLike/.test(sourceOf(name)) ? "yes" : "no", name);
  }
});

Deno.test("docs: operators are recommended that there are", () => {
  const recommended = section(document, "## Choosing").flatMap((line) =>
    line.startsWith("|") ? [...line.matchAll(/`(\w+)`/g)].map(([, name]) => name!) : []
  );
  assert(recommended.length > 10);
  // Options are in the text, too.
  const options = ["waiting", "failed"];
  assertEquals(recommended.filter((name) => !exported.includes(name) && !options.includes(name)), []);
});
