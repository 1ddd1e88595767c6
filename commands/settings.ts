/** A configuration as the gateway's settings. */
import type { GatewaySettings } from "../domain/settings.ts";
import type { Configuration } from "../adapters/config/mod.ts";

/** The settings of a gateway; `node` where the configuration names none. */
export function gatewaySettings({ limits, node }: Configuration, ownName: string): GatewaySettings {
  return {
    node: node ?? ownName,
    frameBytes: limits.frameBytes,
    subscriptionsPerConnection: limits.subscriptions,
    connectionsPerUser: limits.connectionsPerUser,
    connectWaitMs: limits.connectWaitMs,
    connectMs: limits.connectSeconds * 1000,
    pingSeconds: limits.pingSeconds,
    queueBytes: limits.queueBytes,
    publishesInFlight: limits.publishesInFlight,
    answerMs: limits.publishSeconds * 1000,
    recordBytes: limits.recordBytes,
    rates: {
      requests: limits.requestsPerSecond,
      publishes: limits.publishesPerSecond,
      subscribes: limits.subscribesPerSecond,
      userRequests: limits.userRequestsPerSecond,
      userPublishes: limits.userPublishesPerSecond,
      burstSeconds: limits.burstSeconds,
    },
    replay: {
      publications: limits.replayPublications,
      offsets: limits.replayOffsets,
      bytes: limits.replayBytes,
    },
    pipeline: { outputs: limits.pipelineOutputs, ms: limits.pipelineMs },
    presenceExpiryMs: limits.presenceExpirySeconds * 1000,
    restAfterMs: limits.restSeconds === 0 ? Infinity : limits.restSeconds * 1000,
    duplicates: { offsets: limits.dedupOffsets, ms: limits.dedupMinutes * 60_000 },
  };
}
