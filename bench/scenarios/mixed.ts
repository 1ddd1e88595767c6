/** Both of Tidegate's encodings at once: each record is encoded twice. */
import { tidegate } from "../servers/tidegate.ts";
import type { TrafficScenario } from "./scenario.ts";

/** As `fanout-1000`, and every other subscriber speaks Cap'n Proto; the peers have no second encoding. */
export const mixed: readonly TrafficScenario[] = [{
  kind: "traffic",
  name: "mixed",
  title: "Mixed: 1,000 records/s to 250 subscribers in JSON and 250 in Cap'n Proto",
  servers: [tidegate.name],
  subscribers: 500,
  channels: 1,
  channelsEach: 1,
  bytes: 200,
  pace: { rate: 1_000 },
  mixed: true,
}];
