/** Makes the configuration of a file and the environment. */
import { dirname } from "node:path";
import { environmentValues } from "./environment.ts";
import { FILE_VARIABLE, SECTION_NAMES, type SectionName, SECTIONS } from "./all_settings.ts";
import { camelKeys } from "./camel_case.ts";
import { adminMistakes } from "./check_admin.ts";
import { authMistakes } from "./check_auth.ts";
import type { Configuration } from "./configuration.ts";
import { ConfigurationError, type Mistake, valueText } from "./configuration_error.ts";
import { readFile, type ReadTextFile } from "./read_file.ts";
import { resolveJwt } from "./resolve_jwt.ts";
import { resolveKafka } from "./resolve_kafka.ts";
import { resolveRoutes } from "./resolve_routes.ts";
import { TOP } from "./server_settings.ts";
import { isTable, type Table, validateSection } from "./validate_section.ts";

/** Where the configuration is from. */
export interface ConfigurationSources {
  /** The file, which then must exist. Default: the one that `TIDEGATE_CONFIG` names, else `config.toml` if it exists. */
  readonly path?: string;
  /** The environment; called with `ENVIRONMENT_NAMES` only. */
  readonly env: (name: string) => string | undefined;
  /** Reads the configuration file and certificates: `Deno.readTextFileSync`. */
  readonly readTextFile: ReadTextFile;
}

/**
 * The configuration. The environment goes before the file, the file before the defaults.
 *
 * @throws {ConfigurationError} with every mistake that can be told at once
 */
export function loadConfiguration(sources: ConfigurationSources): Configuration {
  const { env, readTextFile } = sources;
  const file = readFile(sources.path ?? (env(FILE_VARIABLE) || undefined), readTextFile);
  const mistakes: Mistake[] = [...file.mistakes];
  const keep = <T>(checked: { readonly output?: T; readonly mistakes: readonly Mistake[] }): T | undefined => {
    mistakes.push(...checked.mistakes);
    return checked.output;
  };

  const fromEnvironment = environmentValues(env);
  const place = (section: string) => {
    const own = fromEnvironment.filter(({ setting }) => setting.section === section);
    return {
      section,
      path: section,
      values: Object.fromEntries(own.map(({ setting, value }) => [setting.key, value])),
      origin: (key: string) => own.find(({ setting }) => setting.key === key)?.variable,
    };
  };
  const check = <Name extends SectionName>(name: Name) => {
    const table = keep(sectionTable(name, file.table));
    const { values, ...where } = place(name);
    return table && keep(validateSection(SECTIONS[name], { ...table, ...values }, where));
  };

  const { values, ...where } = place("");
  const top = keep(
    validateSection(TOP, { ...file.table, ...values }, { ...where, others: [...SECTION_NAMES, "routes"] }),
  );
  const http = check("http");
  const admin = check("admin");
  const auth = check("auth");
  const jwt = check("jwt");
  const log = check("log");
  const kafka = check("kafka");
  const limits = check("limits");
  const telemetry = check("telemetry");
  const routes = keep(resolveRoutes(file.table.routes, { folder: dirname(file.path) }));

  // What holds between sections is told only where the file could be read: half of it would tell half truths.
  const whole = file.mistakes.length === 0;
  if (whole && http && auth) mistakes.push(...authMistakes(auth, http.host));
  if (whole && http && admin) mistakes.push(...adminMistakes(admin, http));
  if (whole && limits) mistakes.push(...queueMistakes(limits));
  const kind = log?.kind ?? (kafka?.brokers ? "kafka" : "sqlite");
  const resolvedKafka = whole && log && kafka && kind === "kafka"
    ? keep(resolveKafka(kafka, { name: top?.name ?? "", readTextFile }))
    : undefined;
  const resolvedJwt = whole && auth?.mode === "jwt" && jwt ? keep(resolveJwt(jwt, { readTextFile })) : undefined;

  if (!top || !http || !admin || !auth || !log || !limits || !telemetry || !routes || mistakes.length > 0) {
    throw new ConfigurationError(mistakes);
  }
  return {
    ...camelKeys(top),
    http: camelKeys(http),
    admin: camelKeys(admin),
    auth: { ...camelKeys(auth), denyList: auth.deny_list ?? auth.mode === "jwt" },
    ...(resolvedJwt ? { jwt: resolvedJwt } : {}),
    log: { ...camelKeys(log), kind },
    ...(resolvedKafka ? { kafka: resolvedKafka } : {}),
    limits: camelKeys(limits),
    telemetry,
    ...routes,
  };
}

function sectionTable(name: string, file: Table): { readonly output?: Table; readonly mistakes: readonly Mistake[] } {
  const table = Object.hasOwn(file, name) ? file[name] : {};
  if (isTable(table)) return { output: table, mistakes: [] };
  // The section itself may be a secret that was put in the wrong place.
  return {
    mistakes: [{ path: name, message: `expected a section [${name}], got ${valueText(table, { secret: true })}` }],
  };
}

function queueMistakes(limits: { readonly queue_bytes: number; readonly frame_bytes: number }): readonly Mistake[] {
  if (limits.queue_bytes >= limits.frame_bytes) return [];
  return [{
    path: "limits.queue_bytes",
    message: `expected at least limits.frame_bytes (${limits.frame_bytes}), got ${limits.queue_bytes}: ` +
      "a queue has to hold the largest frame",
  }];
}
