/** A table a scenario, in Markdown. */
import { total } from "../run/counts.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { REFERENCE, SERVERS } from "../servers/all.ts";
import { type FigureName, figureOf, figureRatio, groupRuns, harnessBoundRounds, type Runs } from "./figures.ts";
import { shortNumber, spreadText } from "./numbers.ts";
import type { Measured } from "../run/measured.ts";

interface Column {
  readonly head: string;
  readonly figure: FigureName;
  /** Whether it is shown as a multiple of the reference's too. */
  readonly ratio?: boolean;
}

const TRAFFIC: readonly Column[] = [
  { head: "deliveries/s", figure: "rate", ratio: true },
  { head: "p50 ms", figure: "p50" },
  { head: "p90 ms", figure: "p90" },
  { head: "p99 ms", figure: "p99" },
  { head: "p99.9 ms", figure: "p999" },
  { head: "CPU µs a delivery", figure: "cpuEach", ratio: true },
  { head: "CPU %", figure: "cpuPercent" },
  { head: "RSS MB", figure: "residentMb" },
];

const COLUMNS: Readonly<Record<Scenario["kind"], readonly Column[]>> = {
  traffic: TRAFFIC,
  resume: TRAFFIC.map(({ head, ...column }) => ({ ...column, head: head.replace(" ms", " ms to be back") })),
  publish: TRAFFIC.map(({ head, ...column }) => ({
    ...column,
    head: head.replace("deliveries/s", "acked/s").replace("a delivery", "a publish"),
  })),
  idle: [
    { head: "KB a connection", figure: "connectionKb", ratio: true },
    { head: "CPU %", figure: "cpuPercent", ratio: true },
    { head: "RSS MB", figure: "residentMb" },
  ],
};

/** A Markdown table of some rows, the first of which is its head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`);
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

/** A heading and a table for each scenario that was run. */
export function scenarioTables(scenarios: readonly Scenario[], measured: readonly Measured[]): string {
  const groups = groupRuns(measured);
  return scenarios.flatMap((scenario) => {
    const own = groups.filter((runs) => runs.scenario === scenario.name);
    return own.length === 0 ? [] : [`### ${scenario.title}\n\n\`${scenario.name}\`\n\n${tableOf(scenario, own)}\n`];
  }).join("\n");
}

function tableOf(scenario: Scenario, groups: readonly Runs[]): string {
  const columns = COLUMNS[scenario.kind];
  const reference = groups.find(({ server }) => server === REFERENCE);
  const head = ["server", ...columns.map((column) => column.head), "lost", "doubled", "load"];
  const rows = groups.map((runs) => [
    titleOf(runs.server),
    ...columns.map(({ figure, ratio }) => {
      const text = spreadText(figureOf(runs, figure));
      const times = ratio && reference && reference !== runs ? figureRatio(runs, figure, { to: reference }) : undefined;
      return times ? `${text}, ${shortNumber(times.median)} x` : text;
    }),
    lossText(runs),
    shortNumber(total(runs.all.map(({ wrong }) => wrong))),
    loadText(runs),
  ]);
  return markdownTable([head, ...rows]);
}

function lossText({ all }: Runs): string {
  const missing = total(all.map((run) => run.missing));
  if (missing === 0) return "0";
  const percent = missing / total(all.map(({ expected }) => expected)) * 100;
  return `${missing.toLocaleString("en-US")} (${shortNumber(percent)}%)`;
}

/** The busiest load process, and in how many rounds it was too busy to say much of the server. */
function loadText(runs: Runs): string {
  const busiest = Math.max(...runs.all.flatMap(({ harness }) => harness.loadCores));
  const bound = harnessBoundRounds(runs);
  return `${shortNumber(busiest * 100)}%${bound > 0 ? `, limit in ${bound} of ${runs.all.length}` : ""}`;
}

/** A server's name for people. */
export function titleOf(server: string): string {
  return SERVERS.find(({ name }) => name === server)?.title ?? server;
}
