/** Where a benchmark's result goes. */
import type { Scenario } from "../scenarios/scenario.ts";
import { markdownOf } from "./markdown.ts";
import type { BenchResult } from "./result.ts";

const DOCUMENT = new URL("../../docs/performance.md", import.meta.url);
const BEGIN = "<!-- results: written by `deno task bench --write-docs` -->";
const END = "<!-- end of results -->";

/** Writes the raw figures, the tables and the plot into a folder, and, where that is asked for, the tables into the document. */
export async function writeResult(
  result: BenchResult,
  { out, writeDocs, scenarios }: {
    readonly out: string;
    readonly writeDocs: boolean;
    readonly scenarios: readonly Scenario[];
  },
): Promise<void> {
  const tables = markdownOf(result, scenarios);
  await Deno.mkdir(out, { recursive: true });
  await Deno.writeTextFile(`${out}/results.json`, `${JSON.stringify(result, null, 1)}\n`);
  await Deno.writeTextFile(`${out}/results.md`, `# Results\n\n${tables}`);
  if (writeDocs) await Deno.writeTextFile(DOCUMENT, between(await Deno.readTextFile(DOCUMENT), tables));
  console.error(`Wrote ${out}/results.md`);
}

/**
 * A document with other text between its two marks.
 *
 * @throws {Error} where it has not both of them
 */
export function between(document: string, text: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`Cannot write results: the document has no ${BEGIN} before ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${text}\n${document.slice(end)}`;
}
