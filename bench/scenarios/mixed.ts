/** Both of Tidegate's encodings at once: each record is encoded twice. */
import { tidegate } from "../servers/tidegate.ts";
import { steadyFanout } from "./fanout.ts";
import type { TrafficScenario } from "./scenario.ts";

/** As `fanout-1000`, and every other subscriber speaks Cap'n Proto; the peers have no second encoding. */
export const mixed: readonly TrafficScenario[] = [{
  ...steadyFanout,
  name: "mixed",
  title: "Mixed: 1,000 records/s to 250 subscribers in JSON and 250 in Cap'n Proto",
  servers: [tidegate.name],
  mixed: true,
}];
