/**
 * The configuration: `config.toml` and the environment.
 *
 * @module
 */
export { ENVIRONMENT_NAMES } from "./all_settings.ts";
export * from "./configuration.ts";
export { ConfigurationError, type Mistake } from "./configuration_error.ts";
export { type ConfigurationSources, loadConfiguration } from "./load_configuration.ts";
export type { ReadTextFile } from "./read_file.ts";
