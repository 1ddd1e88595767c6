/** What `deno task bench` is asked for. */
import { SCENARIO_GROUPS, SCENARIOS, USUAL_SCENARIOS } from "./scenarios/all.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { SERVERS } from "./servers/all.ts";
import type { ServerKind } from "./servers/server.ts";

/** A benchmark to run. */
export interface BenchOptions {
  readonly scenarios: readonly Scenario[];
  readonly servers: readonly ServerKind[];
  readonly rounds: number;
  /** How long each run is measured. */
  readonly seconds: number;
  /** How long each run goes on before that. */
  readonly warmSeconds: number;
  /** Nothing is measured longer than `seconds`, also where less says little. */
  readonly quick: boolean;
  /** Further flags of Deno for Tidegate. */
  readonly denoFlags: readonly string[];
  /** The folder of the results. */
  readonly out: string;
  /** Whether the tables go into `docs/performance.md` too. */
  readonly writeDocs: boolean;
}

/** How it is used. */
export const USAGE = `Usage: deno task bench [SCENARIO]... [OPTION]...

Compares servers between Kafka and WebSocket clients, from outside, and writes tables, a plot and the raw figures.

Scenarios, alone or by group (all but smoke without any):
${
  Object.entries(SCENARIO_GROUPS).map(([group, all]) => `  ${group.padEnd(10)} ${all.map(namesOf).join(", ")}`).join(
    "\n",
  )
}

Options:
  --servers A,B    of ${SERVERS.map(namesOf).join(", ")} (all)
  --rounds N       each server in turn, so often (5)
  --seconds S      how long each run is measured (5)
  --quick          one round of a second: figures to see that it works
  --out FOLDER     where the results go (bench/results)
  --deno-flags F   flags for Tidegate's Deno, such as --inspect=127.0.0.1:9229 (none)
  --write-docs     put the tables into docs/performance.md too
  --help           this text
`;

const VALUED = ["--servers", "--rounds", "--seconds", "--out", "--deno-flags"];
const SWITCHES = ["--quick", "--write-docs"];

/**
 * Reads the arguments.
 *
 * @returns "help" where that is asked for
 * @throws {Error} that says what is wrong with them
 */
export function parseArguments(args: readonly string[]): BenchOptions | "help" {
  const values = new Map<string, string>();
  const names: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "--help" || arg === "-h") return "help";
    if (SWITCHES.includes(arg)) values.set(arg, "");
    else if (VALUED.includes(arg)) {
      const value = args[++at];
      if (value === undefined || value.startsWith("--") && arg !== "--deno-flags") {
        throw new Error(`Cannot use ${arg}: a value has to follow it`);
      }
      values.set(arg, value);
    } else if (arg.startsWith("-")) {
      throw new Error(`Cannot use ${arg}: there is no such option; --help lists them`);
    } else names.push(arg);
  }
  const quick = values.has("--quick");
  const seconds = positive(values, "--seconds", quick ? 1 : 5);
  return {
    scenarios: names.length === 0 ? USUAL_SCENARIOS : chosen(names),
    servers: values.has("--servers") ? values.get("--servers")!.split(",").map(serverNamed) : SERVERS,
    rounds: wholeRounds(values, quick ? 1 : 5),
    seconds,
    warmSeconds: Math.min(8, seconds * 2),
    quick,
    denoFlags: values.get("--deno-flags")?.split(" ") ?? [],
    out: values.get("--out") ?? "bench/results",
    writeDocs: values.has("--write-docs"),
  };
}

/** In the order of tables, each once. */
function chosen(names: readonly string[]): readonly Scenario[] {
  const asked = new Set(names.flatMap((name) => {
    const found = SCENARIO_GROUPS[name] ?? SCENARIOS.filter((scenario) => scenario.name === name);
    if (found.length > 0) return found;
    throw new Error(`Cannot run ${JSON.stringify(name)}: there is no such scenario; --help lists them`);
  }));
  return SCENARIOS.filter((scenario) => asked.has(scenario));
}

function serverNamed(name: string): ServerKind {
  const found = SERVERS.find((server) => server.name === name);
  if (found) return found;
  throw new Error(`Cannot run ${JSON.stringify(name)}: servers are ${SERVERS.map(namesOf).join(", ")}`);
}

function positive(values: ReadonlyMap<string, string>, name: string, otherwise: number): number {
  const text = values.get(name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (value > 0 && value <= 3600) return value;
  throw new Error(`Cannot use ${name} ${text}: it takes a number over 0, up to 3600`);
}

function wholeRounds(values: ReadonlyMap<string, string>, otherwise: number): number {
  const value = positive(values, "--rounds", otherwise);
  if (Number.isInteger(value)) return value;
  throw new Error(`Cannot use --rounds ${value}: it takes a whole number`);
}

function namesOf({ name }: { readonly name: string }): string {
  return name;
}
