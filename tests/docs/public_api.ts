/** What is wrong with the documentation of modules that people import. */

const ROOT = new URL("../../", import.meta.url);

/** What nobody is to name: what marks a parsed text, and tables whose public form is another constant. */
const NAMELESS = new Set(["brand", "TABLE"]);

/** What says in which unit a number is, or what it counts or numbers. */
const UNITS = new RegExp(
  "milliseconds?|seconds?|minutes?|bytes?|many|number of|count|amount|offset|partition|port|index|code|times|version|" +
    "[0-9] or more|from [0-9]|at most|at least|at once",
  "i",
);
const UNIT_IN_NAME = /(Ms|Seconds|Bytes|Offset|Port|\.ms|\.bytes)$/;

/** A declaration in the output of `deno doc --json`, as far as it is looked at. */
interface Declaration {
  readonly name: string;
  readonly kind?: string;
  readonly jsDoc?: { readonly doc?: string; readonly tags?: readonly { readonly kind: string }[] };
  readonly tsType?: Type;
  readonly params?: readonly { readonly name?: string; readonly tsType?: Type }[];
  readonly functionDef?: Pick<Declaration, "params">;
}

interface Type {
  readonly kind: string;
  readonly value: unknown;
}

interface Symbols {
  readonly module_doc?: { readonly doc?: string };
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly (Omit<Declaration, "name"> & {
      readonly location: { readonly filename: string };
      readonly def: {
        readonly params?: Declaration["params"];
        readonly methods?: readonly Declaration[];
        readonly properties?: readonly Declaration[];
      };
    })[];
  }[];
}

/**
 * Everything that is public and undocumented, names a type that is not public, gives a number without its unit, or throws without saying
 * so, in words; empty where all is well.
 */
export async function mistakesOf(modules: readonly string[]): Promise<string[]> {
  const [lint, found] = await Promise.all([lintOf(modules), Promise.all(modules.map(readModule))]);
  return [...lint, ...new Set(found.flat())].sort();
}

/** What `deno doc --lint` says of all modules together. */
async function lintOf(modules: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await doc("--lint", ...modules);
  const found: string[] = [];
  for (const [, said, path, line] of (stdout + stderr).matchAll(/^error\[[a-z-]+\]: (.*)\n *--> (\S+?):(\d+)/gm)) {
    const [, type] = /references private type '([^']+)'/.exec(said!) ?? [];
    const isFine = type !== undefined && (NAMELESS.has(type) || isOfPackage(type, await Deno.readTextFile(path!)));
    if (!isFine) found.push(`${path!.replace(ROOT.pathname, "")}:${line}: ${said}`);
  }
  return found;
}

/** Whether a source imports a name from a package, which documents it. */
function isOfPackage(name: string, source: string): boolean {
  const imports = source.matchAll(/^import (?:type )?\{([^}]*)\} from "([^"]+)"/gm);
  return [...imports].some(([, names, from]) => !from!.startsWith(".") && new RegExp(`\\b${name}\\b`).test(names!));
}

async function readModule(module: string): Promise<string[]> {
  const { success, stdout, stderr } = await doc("--json", module);
  if (!success) throw new Error(`Cannot read the documentation of ${module}: ${stderr}`);
  const { nodes } = JSON.parse(stdout) as { readonly nodes: Readonly<Record<string, Symbols>> };
  const { module_doc, symbols } = Object.values(nodes)[0]!;
  const found = module_doc?.doc ? [] : [`${module}: the module has no documentation`];
  for (const { name, declarations } of symbols) {
    for (const { location, def, ...declaration } of declarations) {
      if (!location.filename.startsWith(ROOT.href)) continue;
      const path = location.filename.slice(ROOT.href.length);
      // What an interface says goes for all that is in it: "sizes in bytes, times in seconds".
      const around = declaration.jsDoc?.doc ?? "";
      const own = { ...declaration, name, ...(def.params ? { params: def.params } : {}) };
      const members = [...def.methods ?? [], ...def.properties ?? []].map((member) => ({
        ...member,
        name: `${name}.${member.name}`,
        params: member.functionDef?.params ?? member.params ?? [],
      }));
      for (const each of [own, ...members]) {
        const mistakes = judge(each, { around, throwing: await throwers(path) });
        found.push(...mistakes.map((what) => `${path}: ${what}`));
      }
    }
  }
  return found;
}

/** What is wrong with a declaration; `around` is said of what it is a part of, and `throwing` has the names of what throws. */
function judge(
  { name, jsDoc, tsType, params = [] }: Declaration,
  { around, throwing }: { readonly around: string; readonly throwing: ReadonlySet<string> },
): string[] {
  const said = jsDoc?.doc ?? "";
  const bare = [{ name, tsType }, ...params.map((param) => ({ name: `${name}(${param.name})`, tsType: param.tsType }))]
    .filter((it) => isNumber(it.tsType) && !UNIT_IN_NAME.test(it.name.replace(")", "")) && !UNITS.test(said + around));
  const isSilent = throwing.has(name) && !/throw|error/i.test(said) &&
    !jsDoc?.tags?.some(({ kind }) => kind === "throws");
  return [
    ...bare.map((it) => `number ${it.name} has no unit`),
    ...isSilent ? [`${name} throws, and does not say so`] : [],
  ];
}

function isNumber(type: Type | undefined): boolean {
  if (type?.kind === "union") return (type.value as readonly Type[]).some(isNumber);
  return type?.kind === "keyword" && type.value === "number";
}

const read = new Map<string, Promise<ReadonlySet<string>>>();

/** The functions and methods of a file with a `throw` of their own, by name: `open`, `Log.append`. */
function throwers(path: string): Promise<ReadonlySet<string>> {
  const known = read.get(path) ?? readThrowers(path);
  read.set(path, known);
  return known;
}

async function readThrowers(path: string): Promise<ReadonlySet<string>> {
  const source = await Deno.readTextFile(new URL(path, ROOT));
  return new Set(Deno.lint.runPlugin(THROWERS, path, source).map(({ message }) => message));
}

/** Not a rule: reports the name of each function that throws. */
const THROWERS: Deno.lint.Plugin = {
  name: "docs",
  rules: {
    throwers: {
      create: (context) => ({
        ThrowStatement(node) {
          const message = throwerOf(node);
          if (message) context.report({ node, message });
        },
      }),
    },
  },
};

/** The function or method that a `throw` leaves; none where it is caught, or in a function without a name. */
function throwerOf(node: Deno.lint.Node): string | undefined {
  const { parent } = node as { readonly parent?: Deno.lint.Node };
  if (!parent) return undefined;
  switch (parent.type) {
    case "ArrowFunctionExpression":
      return undefined;
    case "TryStatement":
      return parent.block.range[0] === node.range[0] ? undefined : throwerOf(parent);
    case "FunctionDeclaration":
      return parent.id?.name;
    case "FunctionExpression": {
      const method = parent.parent;
      if (method.type !== "MethodDefinition" || method.key.type !== "Identifier") return undefined;
      const owner = method.parent.parent;
      return owner.type === "ClassDeclaration" ? `${owner.id?.name}.${method.key.name}` : undefined;
    }
    default:
      return throwerOf(parent);
  }
}

async function doc(...args: readonly string[]): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, stdout: text(stdout), stderr: text(stderr) };
}
