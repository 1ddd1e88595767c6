/** Records whose key is not in the partition that the route's partitioner names. */
import { placeOf } from "./compose_records.ts";
import type { StoredRecord } from "./log_record.ts";
import type { Fields } from "./ports/telemetry.ts";
import type { PartitionerName, Route } from "./route.ts";

/** Whether a record is where its route's partitioner would not put it: it is delivered live, but no cursor finds it. */
export function isMisplaced(record: StoredRecord, route: Route, partitions: number): boolean {
  return record.key !== null && placeOf(route, { key: record.key, partitions }) !== record.partition;
}

/** What an operator needs to know of a misplaced record, with the fix where another partitioner fits. */
export function misplacedFields(record: StoredRecord, route: Route, partitions: number): Fields {
  const other: PartitionerName = route.partitioner === "murmur2" ? "crc32" : "murmur2";
  const fits = !isMisplaced(record, { ...route, partitioner: other }, partitions);
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    channel: route.channel,
    fix: fits
      ? `set partitioner = "${other}" on this route`
      : `produce with the ${route.partitioner} partitioner, and re-key what was produced before partitions were added`,
  };
}
