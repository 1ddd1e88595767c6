/** The topics of a log that are no route's: by them gateways tell each other something. */
import type { Configuration } from "../adapters/config/mod.ts";
import { CONTROL_TOPIC } from "../domain/deny_list.ts";
import { PRESENCE_TOPIC } from "../domain/presence_word.ts";

/** Those that a configuration needs. They are compacted: the last record of each key stays. */
export function nodeTopics({ auth, kafka, routes }: Configuration): readonly string[] {
  // An embedded log has one gateway, which has nobody to tell.
  const isShared = kafka !== undefined && routes.some(({ presenceScope }) => presenceScope !== "node");
  return [...auth.denyList ? [CONTROL_TOPIC] : [], ...isShared ? [PRESENCE_TOPIC] : []];
}
