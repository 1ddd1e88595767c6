/** What needs a broker or a server is not run: `tests/gate/ignored_examples_test.ts` checks its types. */
const FENCE = /```(ts|typescript|js|javascript)\b(?! ignore)/;

/**
 * The Markdown and TypeScript files at some paths, folders and all in them, that have code examples that are run. Absent paths have
 * none.
 */
export async function documentsWithExamples(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(async (path) => {
    const kind = await kindOf(path);
    if (kind === "folder") return await documentsWithExamples(await entriesOf(path));
    const isDocument = kind === "file" && /\.(md|ts)$/.test(path);
    return isDocument && FENCE.test(await Deno.readTextFile(path)) ? [path] : [];
  }));
  return found.flat().sort();
}

async function entriesOf(folder: string): Promise<string[]> {
  return await Array.fromAsync(Deno.readDir(folder), ({ name }) => `${folder}/${name}`);
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await Deno.stat(path)).isDirectory ? "folder" : "file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
