import { assert, assertEquals } from "@std/assert";
import { readSourceTree } from "../architecture/source_tree.ts";
import { documents, readDocument } from "./document.ts";

const ROOT = new URL("../../", import.meta.url);

function exists(url: URL): boolean {
  try {
    Deno.statSync(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("docs: every link into the project leads to a file", () => {
  const links = documents().flatMap((path) =>
    [...readDocument(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => ({ path, target: target! }))
  );
  assert(links.length > 0);
  assertEquals(links.filter(({ path, target }) => !exists(new URL(target, new URL(path, ROOT)))), []);
});

Deno.test("docs: every module that the architecture names is there", async () => {
  const { files } = await readSourceTree();
  const named = [...readDocument("docs/architecture.md").matchAll(/`([\w/]+\.ts)`/g)].map(([, name]) => name!);
  assert(named.length > 10);
  assertEquals(named.filter((name) => !files.some(({ path }) => path === name || path.endsWith(`/${name}`))), []);
});

Deno.test("docs: every decision has a number of its own, which its title says", () => {
  const decisions = documents().flatMap((path) => /^docs\/decisions\/(\d{4})-/.exec(path)?.[1] ?? []);
  assert(decisions.length > 10);
  assertEquals(decisions.length, new Set(decisions).size, `two decisions have one number: ${decisions.join(", ")}`);
  const titled = documents().filter((path) => /^docs\/decisions\/\d{4}-/.test(path)).map((path) =>
    readDocument(path).match(/^# (\d+)\. /)?.[1]
  );
  assertEquals(titled, decisions.map((number) => String(Number(number))));
});
