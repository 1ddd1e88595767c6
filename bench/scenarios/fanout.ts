/** One channel that all subscribe to: what a server is slow at where it works for each delivery. */
import type { TrafficScenario } from "./scenario.ts";

const everyone = { kind: "traffic", subscribers: 500, channels: 1, channelsEach: 1, bytes: 200 } as const;

/** 1,000 records a second, each of 200 bytes, to 500 subscribers; other scenarios are this one and something besides. */
export const steadyFanout: TrafficScenario = {
  ...everyone,
  name: "fanout-1000",
  title: "Fan-out: 1,000 records/s to 500 subscribers",
  pace: { rate: 1_000 },
};

/** 500 subscribers of one channel, records of 200 bytes. */
export const fanout: readonly TrafficScenario[] = [
  { ...everyone, name: "fanout-200", title: "Fan-out: 200 records/s to 500 subscribers", pace: { rate: 200 } },
  steadyFanout,
  {
    ...everyone,
    name: "fanout-full",
    title: "Fan-out: as fast as 500 subscribers get it, with 400 records on their way",
    pace: { window: 400 },
  },
];
