import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigurationError } from "../../../adapters/config/mod.ts";
import { loadPipelines } from "../../../adapters/pipeline/mod.ts";
import { each, over } from "../../../domain/outbound.ts";
import { load } from "../config/fixtures.ts";

type Module = Readonly<Record<string, unknown>>;

/** A configuration with a route for each of these modules, by path. */
function configurationOf(...paths: readonly string[]) {
  return load({
    toml: paths.map((path, at) => `[[routes]]\nchannel = "c${at}:{x}"\ntopic = "t"\npipeline = "${path}"\n`).join(""),
  });
}

/** What is said of a module. */
async function mistakeOf(module: Module): Promise<string> {
  const loading = () => loadPipelines(configurationOf("./a.ts"), { importModule: () => Promise.resolve(module) });
  const { mistakes: [mistake] } = await assertRejects(loading, ConfigurationError);
  assertEquals(mistake!.path, "routes[0].pipeline");
  assertStringIncludes(mistake!.message, "cannot use a.ts as the pipeline of c0:{x}: ");
  return mistake!.message;
}

Deno.test("what a module exports is put into its route", async () => {
  const inbound = () => [];
  const modules: Record<string, Module> = {
    "a.ts": { inbound },
    "b.ts": { outbound: each((publication) => publication), words: ["a"] },
    "c.ts": { inbound, outbound: over((publications) => publications) },
  };
  const { routes } = await loadPipelines(
    configurationOf("./a.ts", "./b.ts", "./c.ts"),
    { importModule: (url) => Promise.resolve(modules[url.slice(url.lastIndexOf("/") + 1)]!) },
  );
  assertEquals(routes.map(({ pipeline }) => pipeline), [
    { inbound },
    { outbound: modules["b.ts"]!.outbound },
    { inbound, outbound: modules["c.ts"]!.outbound },
  ] as unknown[] as (typeof routes[number]["pipeline"])[]);
});

Deno.test("a configuration without pipelines loads nothing and stays as it is", async () => {
  const configuration = load();
  assertEquals(
    await loadPipelines(configuration, { importModule: () => Promise.reject(new Error("no")) }),
    configuration,
  );
});

Deno.test("an export that is none is told, with what was expected", async () => {
  assertStringIncludes(
    await mistakeOf({}),
    "it exports nothing: expected inbound, a function of a publish, or outbound",
  );
  assertStringIncludes(await mistakeOf({ default: () => [] }), "it exports default: expected inbound");
  assertStringIncludes(await mistakeOf({ inbound: 5 }), "its inbound is a number: expected a function");
  assertStringIncludes(await mistakeOf({ inbound: each(() => undefined) }), "its inbound is an object");
  assertStringIncludes(
    await mistakeOf({ outbound: () => [] }),
    "its outbound is a function: expected what each(...) or",
  );
  assertStringIncludes(await mistakeOf({ outbound: () => [] }), "wrap the function");
  assertStringIncludes(await mistakeOf({ outbound: { kind: "all", run: () => [] } }), "its outbound is an object");
  assertStringIncludes(await mistakeOf({ outbound: null }), "its outbound is null");
});

Deno.test("an export that looks like a slip is told, also beside a right one", async () => {
  for (const name of ["inbond", "Inbound", "in_bound", "inbounds"]) {
    assertStringIncludes(await mistakeOf({ [name]: () => [] }), `it exports ${name}: did you mean inbound?`);
  }
  assertStringIncludes(
    await mistakeOf({ inbound: () => [], outbond: each(() => 0 as never) }),
    "did you mean outbound?",
  );
});

Deno.test("a module that never comes to its end holds the start for no longer than its deadline", async () => {
  const loading = () =>
    loadPipelines(configurationOf("./a.ts"), { importModule: () => new Promise(() => {}), deadlineMs: 10 });
  const { mistakes: [mistake] } = await assertRejects(loading, ConfigurationError);
  assertStringIncludes(
    mistake!.message,
    "it could not be loaded: it is not done after 10 ms; does it await what never comes?",
  );
});

Deno.test("modules are loaded by their files, and every mistake is told at once", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-pipelines-" });
  try {
    const files: Record<string, string> = {
      "throws.ts": '\nthrow new Error("no database");',
      "rejects.ts": "await Promise.reject('a text');",
      "syntax.ts": "export const inbound = (",
      "imports.ts": 'import "./nowhere.ts";',
      "package.ts": 'import "no-such-package";',
      "good.ts": "export const inbound = (publish: unknown) => [publish];",
    };
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const paths = [...Object.keys(files), "missing.ts"].map((name) => `${folder}/${name}`);
    const { mistakes } = await assertRejects(() => loadPipelines(configurationOf(...paths)), ConfigurationError);
    const said = Object.fromEntries(mistakes.map(({ path, message }) => [path, message]));
    const expected: Record<string, string[]> = {
      "routes[0].pipeline": ["no database", "throws.ts:2:7"],
      "routes[1].pipeline": ["it could not be loaded: a text"],
      "routes[2].pipeline": ["Expression expected", "syntax.ts:1:"],
      "routes[3].pipeline": ['nowhere.ts"', "imports.ts:1:"],
      "routes[4].pipeline": ['"no-such-package" not a dependency', "it may import paths"],
      "routes[6].pipeline": [`cannot use ${folder}/missing.ts as the pipeline of c6:{x}: there is no such file`],
    };
    assertEquals(Object.keys(said).sort(), Object.keys(expected).sort());
    for (const [path, parts] of Object.entries(expected)) {
      for (const part of parts) assertStringIncludes(said[path]!, part);
      assertEquals(said[path]!.includes("\n"), false);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
