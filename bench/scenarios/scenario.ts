/** What a scenario is made of: data, so that what is measured can be read off. */
import type { Pace } from "../produce/main.ts";

interface Common {
  /** As options and files have it, such as `fanout-1000`. */
  readonly name: string;
  /** A line for people. */
  readonly title: string;
  /** Only these servers can do it. Default: all. */
  readonly servers?: readonly string[];
}

/** Records are produced to Kafka, and come to subscribers. */
export interface TrafficScenario extends Common {
  readonly kind: "traffic";
  readonly subscribers: number;
  readonly channels: number;
  /** Channels of each subscriber. */
  readonly channelsEach: number;
  readonly pace: Pace;
  /** The length of a record's value. */
  readonly bytes: number;
  /** Connections besides, in channels that get nothing. */
  readonly bystanders?: number;
  /** Half of the subscribers speak Cap'n Proto. */
  readonly mixed?: boolean;
}

/** Clients publish, and wait for answers. */
export interface PublishScenario extends Common {
  readonly kind: "publish";
  readonly publishers: number;
  /** Publishes of each that are without an answer. */
  readonly inFlight: number;
  readonly channels: number;
  readonly bytes: number;
}

/** Connections to which nothing is sent. */
export interface IdleScenario extends Common {
  readonly kind: "idle";
  readonly connections: number;
  /** What they are watched for at least: as long as the longest period of pings, in seconds. */
  readonly seconds: number;
}

/** Clients go, and come back all at once to what they missed. */
export interface ResumeScenario extends Common {
  readonly kind: "resume";
  readonly clients: number;
  /** Each client has one; several share it. */
  readonly channels: number;
  /** Records of each channel that are produced while they are away. */
  readonly missed: number;
  readonly bytes: number;
}

/** Anything that is measured. */
export type Scenario = TrafficScenario | PublishScenario | IdleScenario | ResumeScenario;

/** The connections that a server has to take at once. */
export function connectionsOf(scenario: Scenario): number {
  switch (scenario.kind) {
    case "traffic":
      return scenario.subscribers + (scenario.bystanders ?? 0);
    case "publish":
      return scenario.publishers;
    case "resume":
      return scenario.clients;
    case "idle":
      return scenario.connections;
  }
}
