/** Connections that only stay open, beside others that do not. */
import { tidegate } from "../servers/tidegate.ts";
import { steadyFanout } from "./fanout.ts";
import type { TrafficScenario } from "./scenario.ts";

/** As `fanout-1000`, beside 9,000 connections in other channels. */
export const scale: readonly TrafficScenario[] = [{
  ...steadyFanout,
  name: "scale",
  title: "Scale: 1,000 records/s to 500 subscribers, beside 9,000 idle connections in other channels",
  servers: [tidegate.name],
  bystanders: 9_000,
}];
