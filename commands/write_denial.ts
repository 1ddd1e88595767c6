/** Records of the deny list. */
import { lastValueFrom } from "rxjs";
import { CONTROL_TOPIC, type Denial, denialKey, type Denied } from "../domain/deny_list.ts";
import { partitionOf } from "../domain/partitioner.ts";
import type { Log } from "../domain/ports/log.ts";
import { logState } from "./log_state.ts";

/**
 * Writes a denial, or for `null` the tombstone that lets in again; resolves when the log has it.
 *
 * @throws {Error} where the log did not take it, or that is not known; it may be written again
 */
export async function writeDenial(
  log: Pick<Log, "append" | "state">,
  denied: Denied,
  denial: Denial | null,
): Promise<void> {
  const key = denialKey(denied);
  const partitions = (await logState(log)).topics.get(CONTROL_TOPIC)?.partitions ?? 1;
  const outcome = await lastValueFrom(log.append([{
    topic: CONTROL_TOPIC,
    partition: partitionOf("murmur2", { key, partitions }),
    key,
    value: denial ? new TextEncoder().encode(JSON.stringify(denial)) : null,
    headers: {},
  }]));
  if (outcome.kind !== "appended") throw new Error(`Cannot ${denial ? "deny" : "allow"} ${key}: ${outcome.message}`);
}
