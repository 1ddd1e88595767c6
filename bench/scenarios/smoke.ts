/** Whether the harness works: a moment with few clients. */
import type { TrafficScenario } from "./scenario.ts";

/** 20 subscribers of one channel, 100 records/s. Not run unless it is asked for. */
export const smoke: readonly TrafficScenario[] = [{
  kind: "traffic",
  name: "smoke",
  title: "Smoke: 100 records/s to 20 subscribers",
  subscribers: 20,
  channels: 1,
  channelsEach: 1,
  bytes: 200,
  pace: { rate: 100 },
}];
