/** Which offsets partitions have. */
import { type Api, type Call, call } from "./call.ts";

/** Kafka's ListOffsets. */
export const LIST_OFFSETS: Api = { key: 2, name: "ListOffsets", lowest: 4, highest: 4, flexibleFrom: 6 };

/** The first offset that a partition still has. */
export const EARLIEST = -2;
/** The offset after the last one that can be read. */
export const LATEST = -1;

/** One partition's answer. */
export interface ListedOffset {
  readonly partition: number;
  readonly error: number;
  readonly offset: number;
}

/**
 * Asks the leader for offsets of partitions of one topic, records of open transactions left out.
 *
 * @param asked.at {@linkcode EARLIEST}, {@linkcode LATEST}, or a time in milliseconds since 1970: the offset of the first record at it
 * or later, -1 where there is none
 */
export function listOffsets(
  topic: string,
  asked: { readonly partitions: readonly number[]; readonly at: number },
): Call<readonly ListedOffset[]> {
  return call({ api: LIST_OFFSETS, version: 4 }, {
    write(to) {
      to.int32(-1).int8(1).array([topic], (name) => {
        to.string(name).array(asked.partitions, (partition) => to.int32(partition).int32(-1).int64(asked.at));
      });
    },
    read(from) {
      from.int32();
      return from.array(() => {
        from.string();
        return from.array(() => {
          const partition = from.int32();
          const error = from.int16();
          from.int64();
          const offset = from.int64();
          from.int32();
          return { partition, error, offset };
        });
      }).flat();
    },
  });
}
