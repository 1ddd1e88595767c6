/** The project's sources and what they import, as Deno sees it. */

/** A file of the project; its path is relative to the project, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
}

/** One import: static, dynamic or of types only. */
export interface Import {
  readonly from: string;
  /** The path of a file of the project, or a specifier like `npm:rxjs@7.8.2` or `node:net`. */
  readonly to: string;
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
  const imports = new Map<string, readonly string[]>();
  // The roots come first: most files are in their graphs.
  const roots = ["main.ts", "mod.ts", ...files.map(({ path }) => path).filter((path) => !path.startsWith("tests/"))];
  for (const root of roots) {
    if (imports.has(root)) continue;
    for (const [from, to] of await importsFrom(root)) imports.set(from, to);
  }
  return { files, imports: [...imports].flatMap(([from, all]) => all.map((to) => ({ from, to }))) };
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

/** The imports of every project file in a file's graph. */
async function importsFrom(path: string): Promise<[from: string, to: string[]][]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", path],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`Cannot read the imports of ${path}: ${new TextDecoder().decode(stderr)}`);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { readonly modules: readonly GraphModule[] };
  const broken = modules.find(({ error }) => error !== undefined);
  if (broken) throw new Error(`Cannot read the imports of ${path}: ${broken.error}`);
  return modules.filter(({ specifier }) => specifier.startsWith(ROOT.href)).map(({ specifier, dependencies = [] }) => [
    relative(specifier),
    [
      ...new Set(dependencies.flatMap(({ code, type }) => {
        const to = code?.specifier ?? type?.specifier;
        return to === undefined ? [] : [relative(to)];
      })),
    ],
  ]);
}

function relative(specifier: string): string {
  return specifier.startsWith(ROOT.href) ? decodeURIComponent(specifier.slice(ROOT.href.length)) : specifier;
}
