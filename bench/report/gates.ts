/** What is promised of Tidegate: the ratios are to Socket.IO with kafkajs, unless they say otherwise. */
import { REFERENCE } from "../servers/all.ts";
import type { Gate } from "./gate.ts";

const reference = { beside: { server: REFERENCE }, unit: " x" } as const;
const ms = { bound: "at most", unit: " ms" } as const;

/** Every promise, in the order of tables. */
export const GATES: readonly Gate[] = [
  {
    scenario: "fanout-full",
    figure: "rate",
    what: "deliveries/s",
    ...reference,
    bound: "at least",
    gate: 15,
    goal: 40,
  },
  { scenario: "fanout-full", figure: "missingPercent", what: "lost", bound: "at most", gate: 0, unit: "%" },
  { scenario: "fanout-full", figure: "p99", what: "p99", ...ms, gate: 200 },
  {
    scenario: "fanout-1000",
    figure: "cpuEach",
    what: "CPU a delivery",
    ...reference,
    bound: "at most",
    gate: 1 / 6,
    goal: 0.1,
  },
  { scenario: "fanout-1000", figure: "p99", what: "p99", ...ms, gate: 40, goal: 20 },
  { scenario: "unicast-2000", figure: "p50", what: "p50", ...reference, bound: "at most", gate: 1.2, goal: 1 },
  {
    scenario: "unicast-2000",
    figure: "cpuEach",
    what: "CPU a delivery",
    ...reference,
    bound: "at most",
    gate: 1.1,
    goal: 1,
  },
  {
    scenario: "unicast-10000",
    figure: "cpuEach",
    what: "CPU a delivery",
    ...reference,
    bound: "at most",
    gate: 0.9,
    goal: 0.6,
  },
  { scenario: "unicast-10000", figure: "p99", what: "p99", ...reference, bound: "at most", gate: 1 },
  {
    scenario: "idle",
    figure: "connectionKb",
    what: "memory of a connection",
    bound: "at most",
    gate: 14,
    goal: 10,
    unit: " KB",
  },
  { scenario: "idle", figure: "cpuPercent", what: "CPU for 9,000", bound: "at most", gate: 4, unit: "%" },
  { scenario: "publish-1", figure: "rate", what: "acked/s", ...reference, bound: "at least", gate: 4, goal: 6 },
  { scenario: "publish-1", figure: "p99", what: "p99 of an ack", ...ms, gate: 40, goal: 15 },
  {
    scenario: "scale",
    figure: "cpuEach",
    what: "CPU a delivery, to that without bystanders",
    beside: { scenario: "fanout-1000" },
    bound: "at most",
    gate: 1.1,
    goal: 1,
    unit: " x",
  },
];
