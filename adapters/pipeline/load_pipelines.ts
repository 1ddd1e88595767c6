/** Loads the modules of a configuration's pipelines, and puts what they export into its routes. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { type Configuration, ConfigurationError, type Mistake } from "../config/mod.ts";
import type { Pipeline } from "../../domain/pipeline.ts";
import { readExports } from "./read_exports.ts";

/** Imports a module by its URL. */
export type ImportModule = (url: string) => Promise<Readonly<Record<string, unknown>>>;

/** How modules are loaded. */
export interface Loading {
  /** Default: the runtime's own `import`. */
  readonly importModule?: ImportModule;
  /** How long a module may take, in milliseconds: one with an `await` that never ends would hold the start for ever. Default 30,000. */
  readonly deadlineMs?: number;
}

/**
 * The configuration with the pipelines of its routes in place. Each module is loaded once, however many routes name it, with the
 * permissions of the process: it may read what the gateway may.
 *
 * @throws {ConfigurationError} with every module that cannot be loaded, or does not export what it should
 */
export async function loadPipelines(
  configuration: Configuration,
  { importModule = (url) => import(url), deadlineMs = 30_000 }: Loading = {},
): Promise<Configuration> {
  const { pipelines, routes } = configuration;
  const mistakes: Mistake[] = [];
  const loaded = await Promise.all(pipelines.map(async ({ route, path }) => {
    const url = pathToFileURL(resolve(path)).href;
    const found = await within(deadlineMs, importModule(url))
      .then(readExports, (error: unknown) => ({ mistake: reasonOf(error, url) }));
    if (!("mistake" in found)) return [route, found] as const;
    const message = `cannot use ${path} as the pipeline of ${routes[route]!.channel}: ${found.mistake}`;
    mistakes.push({ path: `routes[${route}].pipeline`, message });
    return undefined;
  }));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  const byRoute = new Map<number, Pipeline>(loaded.filter((entry) => entry !== undefined));
  return {
    ...configuration,
    routes: routes.map((route, index) => {
      const pipeline = byRoute.get(index);
      return pipeline ? { ...route, pipeline } : route;
    }),
  };
}

/** What a promise resolves with; rejects where that takes too long. */
async function within<T>(deadlineMs: number, loading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const say = () => reject(`it is not done after ${deadlineMs} ms; does it await what never comes?`);
    timer = setTimeout(say, deadlineMs);
  });
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Why a module could not be loaded, with the way out where it is known. */
function reasonOf(error: unknown, url: string): string {
  const [said, place] = wordsOf(error);
  // What Deno says of a module that is not there is the same for the module itself and for what it imports.
  if (said.includes(`Module not found "${url}"`)) return "there is no such file";
  const hint = said.includes("Requires read access to")
    ? "; give the folder to --allow-read"
    : said.includes("not a dependency")
    ? "; it may import paths, npm: specifiers, and what the gateway itself depends on"
    : "";
  return `it could not be loaded: ${said}${place}${hint}`;
}

/** What an error says, on one line without colours, and where it was in a file. */
function wordsOf(error: unknown): readonly [said: string, place: string] {
  if (!(error instanceof Error)) return [String(error), ""];
  const plain = stripVTControlCharacters(`${error.message}\n${error.stack}`);
  const [said = ""] = plain.split("\n", 1);
  const place = /file:\S+:\d+:\d+/.exec(plain)?.[0];
  return [said, place === undefined ? "" : ` (${place})`];
}
