import { assertInstanceOf, fail } from "@std/assert";
import { type Configuration, ConfigurationError, loadConfiguration } from "../../../adapters/config/mod.ts";

/** Files by path, and the environment, that a configuration is loaded from. */
export interface Surroundings {
  /** The text of config.toml. */
  readonly toml?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly path?: string;
}

/** The configuration of a file and an environment that are given as values. */
export function load({ toml, env = {}, files = {}, path }: Surroundings = {}): Configuration {
  const all: Record<string, string> = { ...files, ...(toml === undefined ? {} : { "config.toml": toml }) };
  return loadConfiguration({
    ...(path === undefined ? {} : { path }),
    env: (name) => Object.hasOwn(env, name) ? env[name] : undefined,
    readTextFile: (name) => {
      if (Object.hasOwn(all, name)) return all[name]!;
      throw new Deno.errors.NotFound(`No such file or directory (os error 2): readfile '${name}'`);
    },
  });
}

/** What is wrong, as `path: message`; fails where nothing is. */
export function mistakes(surroundings: Surroundings): readonly string[] {
  return errorOf(surroundings).mistakes.map(({ path, message }) => `${path}: ${message}`);
}

/** The error of a configuration that cannot be used; fails where it can. */
export function errorOf(surroundings: Surroundings): ConfigurationError {
  try {
    load(surroundings);
  } catch (error) {
    assertInstanceOf(error, ConfigurationError);
    return error;
  }
  fail("expected a ConfigurationError");
}
