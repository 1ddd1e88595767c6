/** A channel for each subscriber: what a server is slow at where it works for each record. */
import type { TrafficScenario } from "./scenario.ts";

const each = { kind: "traffic", subscribers: 500, channels: 500, channelsEach: 1, bytes: 200 } as const;

/** 500 channels with one subscriber each, records of 200 bytes. */
export const unicast: readonly TrafficScenario[] = [
  { ...each, name: "unicast-2000", title: "Unicast: 2,000 records/s to 500 channels of one", pace: { rate: 2_000 } },
  { ...each, name: "unicast-10000", title: "Unicast: 10,000 records/s to 500 channels of one", pace: { rate: 10_000 } },
];
