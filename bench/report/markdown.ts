/** A benchmark's result for people, in Markdown. */
import type { Scenario } from "../scenarios/scenario.ts";
import type { BenchResult, Failed } from "./result.ts";
import { groupRuns } from "./figures.ts";
import { judge, judgementCells } from "./gate.ts";
import { GATES } from "./gates.ts";
import { markdownTable, scenarioTables, titleOf } from "./table.ts";

/** Everything but the title. */
export function markdownOf(result: BenchResult, scenarios: readonly Scenario[]): string {
  return [aboutRun(result), gatesOf(result), scenarioTables(scenarios, result.runs), failures(result)]
    .filter(Boolean).join("\n");
}

/** What is promised, of what was run. */
function gatesOf({ runs }: BenchResult): string {
  const groups = groupRuns(runs);
  const judged = GATES.filter(({ scenario }) => groups.some((group) => group.scenario === scenario))
    .map((gate) => judge(gate, groups));
  if (judged.length === 0) return "";
  const head = ["scenario", "figure", "gate", "goal", "measured", "holds"];
  return `### What is promised\n\n${markdownTable([head, ...judged.map(judgementCells)])}\n`;
}

function aboutRun({ began, machine, versions, rounds, seconds }: BenchResult): string {
  const names = new Map(Object.values(versions).flatMap(Object.entries<string>));
  const parts = [...names].map(([name, version]) => `${name} ${version.replace(/^v/, "")}`).join(", ");
  const { cores, processor, memoryGb, system, load } = machine;
  return `${began.slice(0, 10)}, ${cores} cores of ${processor}, ${memoryGb} GB, ${system}, load ${
    load.toFixed(1)
  } before. ` +
    `${parts}. Median of ${rounds} alternating ${
      rounds === 1 ? "round" : "rounds"
    } of ${seconds} s (lowest-highest); ` +
    `"x" is the ratio to ${titleOf("socketio")}; "load" is the busiest load process, in hundredths of a core.\n`;
}

/** What went otherwise than planned. */
function failures({ failed, runs }: BenchResult): string {
  const lines = [
    ...failed.map((run) => `- ${runText(run)}: ${run.reason.split("\n")[0]}`),
    ...runs.flatMap((run) =>
      Object.entries(run.harness.ended).map(([why, count]) => `- ${runText(run)}: ${count} connections ended: ${why}`)
    ),
  ];
  return lines.length === 0 ? "" : `### What failed\n\n${lines.join("\n")}\n`;
}

function runText({ scenario, server, round }: Pick<Failed, "scenario" | "server" | "round">): string {
  return `${scenario}, ${titleOf(server)}, round ${round}`;
}
