/** The project's sources and what they import, as Deno sees it. */

/** A file of the project; its path is relative to the project, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
}

/** One import, static or dynamic. */
export interface Import {
  readonly from: string;
  /** The path of a file of the project, or a specifier like `npm:rxjs@7.8.2` or `node:net`. */
  readonly to: string;
  /** Only types are imported: nothing is loaded. */
  readonly typesOnly?: boolean;
}

/** All that the rules of the architecture are about. */
export interface SourceTree {
  readonly files: readonly SourceFile[];
  readonly imports: readonly Import[];
}

const ROOT = new URL("../../", import.meta.url);
const LEFT_OUT = new Set(["node_modules", "data", "coverage"]);

/** Every TypeScript file of the project, and every import of those that are in the graph of a file outside of `tests/`. */
export async function readSourceTree(): Promise<SourceTree> {
  const files = await Array.fromAsync(typeScriptFiles(ROOT));
  const imports = new Map<string, readonly Import[]>();
  // The roots come first: most files are in their graphs.
  const roots = ["main.ts", "mod.ts", ...files.map(({ path }) => path).filter((path) => !path.startsWith("tests/"))];
  for (const root of roots) {
    if (imports.has(root)) continue;
    for (const { path, imported } of await readGraph(root)) imports.set(path, imported);
  }
  return { files, imports: [...imports.values()].flat() };
}

async function* typeScriptFiles(folder: URL): AsyncIterable<SourceFile> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory && !name.startsWith(".") && !LEFT_OUT.has(name)) {
      yield* typeScriptFiles(new URL(`${name}/`, folder));
    } else if (name.endsWith(".ts")) {
      const url = new URL(name, folder);
      const text = await Deno.readTextFile(url);
      yield { path: relative(url.href), lines: text.split("\n").length - 1 };
    }
  }
}

interface GraphModule {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
  }[];
}

/** Every project file in a file's graph, with what it imports. */
async function readGraph(path: string): Promise<{ path: string; imported: Import[] }[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", path],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`Cannot read the imports of ${path}: ${new TextDecoder().decode(stderr)}`);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { readonly modules: readonly GraphModule[] };
  const broken = modules.find(({ error }) => error !== undefined);
  if (broken) throw new Error(`Cannot read the imports of ${path}: ${broken.error}`);
  return modules.filter(({ specifier }) => specifier.startsWith(ROOT.href)).map((module) => {
    const from = relative(module.specifier);
    const imported = (module.dependencies ?? []).flatMap(({ code, type }) => {
      const to = code?.specifier ?? type?.specifier;
      return to === undefined ? [] : [{ from, to: relative(to), typesOnly: code === undefined }];
    });
    return { path: from, imported };
  });
}

/** A path in the project, or a package's specifier; `npm:/name@1/part` is the same as `npm:name@1/part`. */
function relative(specifier: string): string {
  if (specifier.startsWith(ROOT.href)) return decodeURIComponent(specifier.slice(ROOT.href.length));
  return specifier.replace(/^npm:\//, "npm:");
}
