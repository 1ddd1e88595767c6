/** One run: a scenario, a server. */
import type { Scenario } from "../scenarios/scenario.ts";
import type { ServerKind } from "../servers/server.ts";
import { runIdle } from "./idle.ts";
import type { Measured } from "./measured.ts";
import { runPublish } from "./publish.ts";
import { runResume } from "./resume.ts";
import type { RunContext } from "./stage.ts";
import { runTraffic } from "./traffic.ts";

/** Measures a server in a scenario, both started for it and ended after it. */
export function runScenario(context: RunContext, kind: ServerKind, scenario: Scenario): Promise<Measured> {
  switch (scenario.kind) {
    case "traffic":
      return runTraffic(context, kind, scenario);
    case "publish":
      return runPublish(context, kind, scenario);
    case "resume":
      return runResume(context, kind, scenario);
    case "idle":
      return runIdle(context, kind, scenario);
  }
}
