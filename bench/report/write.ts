/** Where a benchmark's result goes. */
import type { Scenario } from "../scenarios/scenario.ts";
import { markdownOf } from "./markdown.ts";
import { plotOf } from "./plot.ts";
import type { BenchResult } from "./result.ts";

const DOCUMENT = new URL("../../docs/performance.md", import.meta.url);
const PLOT = new URL("performance.svg", DOCUMENT);
const BEGIN = "<!-- results: written by `deno task bench --write-docs` -->";
const END = "<!-- end of results -->";

/** Writes the raw figures, the tables and the plot into a folder, and, where that is asked for, tables and plot into the documents. */
export async function writeResult(
  result: BenchResult,
  { out, writeDocs, scenarios }: {
    readonly out: string;
    readonly writeDocs: boolean;
    readonly scenarios: readonly Scenario[];
  },
): Promise<void> {
  const tables = markdownOf(result, scenarios);
  const plot = plotOf(result.runs);
  await Deno.mkdir(out, { recursive: true });
  await Deno.writeTextFile(`${out}/results.json`, `${JSON.stringify(result, null, 1)}\n`);
  await Deno.writeTextFile(`${out}/results.md`, `# Results\n\n${picture("results.svg")}\n\n${tables}`);
  await Deno.writeTextFile(`${out}/results.svg`, plot);
  if (writeDocs) {
    await Deno.writeTextFile(PLOT, plot);
    const document = await Deno.readTextFile(DOCUMENT);
    await Deno.writeTextFile(DOCUMENT, between(document, `${picture("performance.svg")}\n\n${tables}`));
    await format([DOCUMENT, PLOT]);
  }
  console.error(`Wrote ${out}/results.md${writeDocs ? " and docs/performance.md" : ""}`);
}

function picture(path: string): string {
  return `![The figures below as bars, on logarithmic scales](${path})`;
}

/** Tables, pictures and long lines as the project has them. */
async function format(files: readonly URL[]): Promise<void> {
  const paths = files.map(({ pathname }) => decodeURIComponent(pathname));
  const args = ["fmt", "--quiet", ...paths];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(`Cannot format ${paths.join(" and ")}: ${new TextDecoder().decode(stderr).trim()}`);
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
