/** Many channels a connection. */
import type { TrafficScenario } from "./scenario.ts";

/** 500 connections with 20 of 1,000 channels each: a record goes to 10. */
export const many: readonly TrafficScenario[] = [{
  kind: "traffic",
  name: "many",
  title: "Many channels: 2,000 records/s to 500 connections with 20 of 1,000 channels each",
  subscribers: 500,
  channels: 1_000,
  channelsEach: 20,
  bytes: 200,
  pace: { rate: 2_000 },
}];
