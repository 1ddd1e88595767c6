/** De-duplication of one record: the step of the fold that the live tail and every replay share. */
import type { DuplicateWindow } from "./duplicate_window.ts";
import type { StoredRecord } from "./log_record.ts";
import { namesOf } from "./record_names.ts";
import { channelOf } from "./route.ts";
import type { RouteTable } from "./route_table.ts";

/** Takes a record into a window, and says whether it is a duplicate; one without a message id never is. */
export function foldRecord(window: DuplicateWindow, record: StoredRecord, routes: RouteTable): boolean {
  const { messageId, ...names } = namesOf(record);
  const { topic, key, offset, time } = record;
  if (messageId === undefined || !routes.ofTopic(topic).some((route) => channelOf(route, key) !== undefined)) {
    return false;
  }
  return window.take({ ...names, key, messageId, offset, time });
}
