/** Asks where a group is. */
import type { TopicPartition } from "../../../domain/log_record.ts";
import { type Api, type Call, call } from "./call.ts";
import type { Position } from "../../jobs/position.ts";
import { writePlaces } from "./group_places.ts";

/** Kafka's OffsetFetch; from version 7 it can wait for offsets that are in an open transaction. */
export const OFFSET_FETCH: Api = { key: 9, name: "OffsetFetch", lowest: 5, highest: 7, flexibleFrom: 6 };

/** The same, where offsets of open transactions are to be waited for: Kafka 2.5 or newer. */
export const STABLE_OFFSET_FETCH: Api = { ...OFFSET_FETCH, lowest: 7, since: "2.5" };

/** A coordinator's answer: of the whole, or of the first partition with an error. */
export interface FetchedOffsets {
  readonly error: number;
  /** -1 where nothing was committed. */
  readonly offsets: readonly Position[];
}

/** Asks the group's coordinator. Offsets of an open transaction are an error, `UNSTABLE_OFFSET_COMMIT`, from version 7. */
export function offsetFetch(
  version: number,
  of: { readonly group: string; readonly partitions: readonly TopicPartition[] },
): Call<FetchedOffsets> {
  return call({ api: OFFSET_FETCH, version }, {
    write(to) {
      to.string(of.group);
      writePlaces(to, of.partitions, ({ partition }) => to.int32(partition));
      if (version >= 7) to.boolean(true);
      to.end();
    },
    read(from) {
      from.int32();
      const partitions = from.array(() => {
        const topic = from.string();
        const ofTopic = from.array(() => {
          const partition = from.int32();
          const offset = from.int64();
          from.int32();
          from.nullableString();
          const error = from.int16();
          from.end();
          return { topic, partition, offset, error };
        });
        from.end();
        return ofTopic;
      }).flat();
      const whole = from.int16();
      return { error: whole || (partitions.find(({ error }) => error !== 0)?.error ?? 0), offsets: partitions };
    },
  });
}
