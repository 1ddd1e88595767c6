/** Every key of the configuration. */
import { LIMITS } from "./limit_settings.ts";
import { JWT } from "./jwt_settings.ts";
import { KAFKA, LOG } from "./log_settings.ts";
import { ROUTE } from "./route_settings.ts";
import { ADMIN, AUTH, HTTP, TELEMETRY, TOP } from "./server_settings.ts";
import { type Setting, settingsOf } from "./setting.ts";

/** The sections, by name. */
export const SECTIONS = {
  http: HTTP,
  admin: ADMIN,
  auth: AUTH,
  jwt: JWT,
  log: LOG,
  kafka: KAFKA,
  limits: LIMITS,
  telemetry: TELEMETRY,
} as const;

/** The name of a section. */
export type SectionName = keyof typeof SECTIONS;

/** The names of {@linkcode SECTIONS}, in the order of the documentation. */
export const SECTION_NAMES = Object.keys(SECTIONS) as readonly SectionName[];

/** The variable that names the configuration file. */
export const FILE_VARIABLE = "TIDEGATE_CONFIG";

/** All settings; those of a route have the section `routes`. */
export const ALL_SETTINGS: readonly Setting[] = [
  ...settingsOf("", TOP),
  ...SECTION_NAMES.flatMap((name) => settingsOf(name, SECTIONS[name])),
  ...settingsOf("routes", ROUTE),
];

/** Every environment variable that the configuration reads, for Deno's `--allow-env`. */
export const ENVIRONMENT_NAMES: readonly string[] = [
  FILE_VARIABLE,
  ...ALL_SETTINGS.flatMap((setting) => setting.env ?? []),
];
