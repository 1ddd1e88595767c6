/** Where a group is: asked for when a generation begins, committed while it goes on. */
import type { TopicPartition } from "../../../domain/log_record.ts";
import type { Random } from "../../../domain/ports/clock.ts";
import type { Telemetry } from "../../../domain/ports/telemetry.ts";
import { LinkError } from "../link.ts";
import { jitter, wait } from "../wait.ts";
import type { Api } from "../wire/call.ts";
import { KAFKA_ERRORS, kafkaErrorName } from "../wire/errors.ts";
import { nameOf, type Position } from "../../jobs/position.ts";
import type { GroupMember } from "../wire/heartbeat.ts";
import { OFFSET_COMMIT, offsetCommit } from "../wire/offset_commit.ts";
import { offsetFetch } from "../wire/offset_fetch.ts";
import type { Coordinator } from "./coordinator.ts";
import { throwWhereFatal } from "./group_error.ts";

/** What asking for offsets needs. */
export interface OffsetParts {
  readonly coordinator: Coordinator;
  readonly telemetry: Telemetry;
  readonly random: Random;
}

const RETRY_MS = { baseMs: 50, capMs: 500 };

/**
 * The committed offsets of partitions, by `nameOf` them; -1 where there is none. Offsets that are in an open transaction are
 * waited for.
 *
 * @returns `undefined` where the signal aborted first
 * @throws {KafkaGroupError} where waiting does not mend it
 */
export async function committedOffsets(
  { coordinator, telemetry, random }: OffsetParts,
  of: { readonly group: string; readonly partitions: readonly TopicPartition[]; readonly api: Api },
  signal: AbortSignal,
): Promise<Map<string, number> | undefined> {
  for (let failures = 0; !signal.aborted;) {
    let reason: string;
    try {
      const { error, offsets } = await coordinator.ask(of.api, (version) => offsetFetch(version, of));
      if (error === KAFKA_ERRORS.NONE) return new Map(offsets.map((each) => [nameOf(each), each.offset]));
      throwWhereFatal(of.group, error);
      reason = kafkaErrorName(error);
    } catch (error) {
      if (!(error instanceof LinkError) || error.fatal) throw error;
      reason = error.message;
    }
    telemetry.note("debug", "Cannot ask for the offsets of the group", { group: of.group, reason });
    await wait(jitter(failures++, { ...RETRY_MS, fraction: random.fraction }), signal);
  }
  return undefined;
}

/**
 * Commits offsets. Returns whether they are; a member that is not of the group's generation commits nothing.
 *
 * @throws {KafkaGroupError} where waiting does not mend it
 */
export async function commitOffsets(
  { coordinator, telemetry }: OffsetParts,
  of: GroupMember,
  offsets: readonly Position[],
): Promise<boolean> {
  let reason: string;
  try {
    const { error } = await coordinator.ask(OFFSET_COMMIT, (version) => offsetCommit(version, of, offsets));
    if (error === KAFKA_ERRORS.NONE) return true;
    throwWhereFatal(of.group, error);
    reason = kafkaErrorName(error);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    reason = error.message;
  }
  telemetry.note("debug", "Cannot commit offsets of the group", { group: of.group, reason });
  return false;
}
