/** Clients publish; an answer comes when all in-sync replicas have the record. */
import type { PublishScenario } from "./scenario.ts";

const all = { kind: "publish", publishers: 200, channels: 200, bytes: 200 } as const;

/** 200 clients, values of 200 bytes. */
export const publish: readonly PublishScenario[] = [
  { ...all, name: "publish-1", title: "Publish: 200 clients, each with one publish in flight", inFlight: 1 },
  { ...all, name: "publish-10", title: "Publish: 200 clients, each with ten publishes in flight", inFlight: 10 },
];
