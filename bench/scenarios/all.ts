/** Every scenario, in the order of tables. */
import { fanout } from "./fanout.ts";
import { idle } from "./idle.ts";
import { many } from "./many.ts";
import { mixed } from "./mixed.ts";
import { publish } from "./publish.ts";
import { scale } from "./scale.ts";
import { resume } from "./resume.ts";
import type { Scenario } from "./scenario.ts";
import { smoke } from "./smoke.ts";
import { unicast } from "./unicast.ts";

/** Scenarios by the name under which they can be asked for together. */
export const SCENARIO_GROUPS: Readonly<Record<string, readonly Scenario[]>> = {
  fanout,
  unicast,
  many,
  publish,
  resume,
  idle,
  scale,
  mixed,
  smoke,
};

/** All scenarios. */
export const SCENARIOS: readonly Scenario[] = Object.values(SCENARIO_GROUPS).flat();

/** Those that run where none is asked for. */
export const USUAL_SCENARIOS: readonly Scenario[] = SCENARIOS.filter((scenario) =>
  !smoke.some((one) => one === scenario)
);
