/** What a member of a group does between two rebalances: reads its partitions, and commits how far all is done. */
import type { ReadPositions } from "../../jobs/read_positions.ts";
import { readPositions } from "../../jobs/read_positions.ts";
import { nameOf } from "../../jobs/position.ts";
import type { Coordinator } from "../group/coordinator.ts";
import { commitOffsets, committedOffsets } from "../group/group_offsets.ts";
import type { Generation } from "../group/member.ts";
import type { KafkaReading } from "../reading.ts";
import { OFFSET_FETCH } from "../wire/offset_fetch.ts";

/** What reading takes. */
export interface GenerationOptions extends Pick<ReadPositions, "inFlight" | "next"> {
  readonly reading: KafkaReading;
  readonly coordinator: Coordinator;
  readonly from: "earliest" | "latest";
  readonly commitMs: number;
  /** How long what was handed out may take when partitions are to be given back, in milliseconds. */
  readonly drainMs: number;
  /** Aborts when the source is to stop: then what was handed out may take as long as it does. */
  readonly stop: AbortSignal;
  /** Aborts when nobody listens any more: nothing is waited for. */
  readonly cut: AbortSignal;
}

/**
 * Reads until the generation ends, then waits for what was handed out and commits it.
 *
 * @throws {KafkaGroupError} where waiting does not mend it
 */
export async function readGeneration(generation: Generation, options: GenerationOptions): Promise<void> {
  const { reading, coordinator, inFlight, next, stop, cut } = options;
  const { telemetry, random } = reading.parts;
  const { group, partitions, ending } = generation;
  const parts = { coordinator, telemetry, random };
  const kept = await committedOffsets(parts, { group, partitions, api: OFFSET_FETCH }, ending);
  if (!kept) return;
  let endsAt = Infinity;
  ending.addEventListener("abort", () => endsAt = performance.now() + options.drainMs);
  const ours = new Set(partitions.map(nameOf));
  await readPositions({
    kept,
    save: async (moved) => !generation.lost && await commitOffsets(parts, generation, moved),
    saveMs: options.commitMs,
    atEnd: options.from === "latest" ? partitions : [],
    range: reading.range,
    tail: (start) =>
      reading.tail({
        topics: [...new Set(partitions.map(({ topic }) => topic))],
        only: (at) => ours.has(nameOf(at)),
        start,
      }),
    inFlight,
    next,
    telemetry,
    ending,
    mayWait: () => !cut.aborted && !generation.lost && (stop.aborted || performance.now() < endsAt),
  });
}
