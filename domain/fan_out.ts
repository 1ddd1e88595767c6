/** Records to the frames of those who subscribe to them. */
import { map, type OperatorFunction, pipe } from "rxjs";
import type { Channel } from "./channel.ts";
import type { Membership } from "./channel_index.ts";
import { placeOf } from "./compose_records.ts";
import { cursorOf } from "./cursor.ts";
import { disconnect } from "./disconnect.ts";
import type { Deduplicated } from "./deduplicate.ts";
import { headerText, type StoredRecord } from "./log_record.ts";
import { isMisplaced, misplacedFields } from "./misplaced.ts";
import type { Batch } from "./ports/log.ts";
import type { Connection, Effect } from "./ports/transport.ts";
import { HEADER } from "./record_names.ts";
import { channelOf, type Route } from "./route.ts";
import type { Scene } from "./scene.ts";
import { encodeOnce } from "./serialize.ts";
import { showRecord } from "./show_record.ts";

/** The effects of one batch. */
export interface FannedOut {
  readonly batch: Batch;
  readonly effects: readonly Effect[];
}

/** A record on one of its channels. */
interface Showing {
  readonly record: StoredRecord;
  readonly route: Route;
  readonly channel: Channel;
  readonly partitions: number;
  readonly misplaced: boolean;
}

/** The time between two warnings about a route's misplaced records, in milliseconds. */
const MISPLACED_NOTE_MS = 60_000;

/**
 * Brings each record to the subscribers of its channels, in order, encoded once a codec. Its cost is that of the subscribers that it reaches; a record that
 * cannot be shown is counted and left out.
 */
export function fanOut(scene: Scene): OperatorFunction<Deduplicated, FannedOut> {
  const { routes, view: log, index, telemetry, settings, clock, envelopes } = scene;
  const warnedAt = new Map<Route, number>();

  return pipe(map((step) => {
    const { batch, records } = step;
    const out = { effects: [] as Effect[], overdue: [] as Membership[], holdBytes: settings.queueBytes };
    const partitions = log.partitions(batch.topic) ?? batch.partition + 1;
    const now = clock.scheduler.now();
    let reached = 0;
    for (const record of records) {
      const before = reached;
      let shown = false;
      for (const route of routes.ofTopic(record.topic)) {
        const channel = channelOf(route, record.key);
        if (channel === undefined) continue;
        shown = true;
        const misplaced = isMisplaced(record, route, partitions);
        if (misplaced) noteMisplaced(record, route, partitions);
        if (index.has(channel)) reached += deliver({ record, route, channel, partitions, misplaced });
      }
      if (!shown) telemetry.count("records_unroutable");
      if (reached > before && record.time >= 0) telemetry.observe?.("delivery", now - record.time);
    }
    if (batch.lost !== undefined && step.view.serving) tellGap(batch, partitions);
    if (batch.records.length > 0) telemetry.count("records_read", batch.records.length);
    if (reached > 0) telemetry.count("publications_sent", reached);
    return { batch, effects: [...out.effects, ...out.overdue.flatMap(endOverdue)] };

    function deliver(showing: Showing): number {
      try {
        return show(showing);
      } catch (error) {
        // What one record does to a codec must not end the tail for everybody.
        return leaveOut(showing, String(error));
      }
    }

    function show(showing: Showing): number {
      const { record, route, channel, misplaced } = showing;
      const cursor = misplaced
        ? channelCursor(route, record.key!, partitions)
        : cursorOf({ partitions, partition: record.partition, offset: record.offset, record });
      const publication = showRecord(record, { route, channel, cursor, recordBytes: settings.recordBytes, envelopes });
      if (typeof publication === "string") return leaveOut(showing, publication);
      const except = publisherToSkip(record, route);
      const encode = encodeOnce({ type: "publication", publication });
      return index.fanOut({ channel, encode, ...(except ? { except } : {}) }, out);
    }

    function leaveOut({ record, channel }: Showing, reason: string): number {
      const { topic, partition, offset } = record;
      telemetry.count("records_unreadable");
      telemetry.note("warn", "Cannot show a record", { topic, partition, offset, channel, reason });
      return 0;
    }

    function tellGap(lost: Batch, count: number): void {
      for (const route of routes.ofTopic(lost.topic)) {
        for (const channel of index.channels()) {
          const match = routes.find(channel);
          if (match?.route !== route || placeOf(route, { key: match.key, partitions: count }) !== lost.partition) {
            continue;
          }
          telemetry.count("gaps");
          const cursor = step.view.cursor(count);
          index.fanOut({ channel, encode: encodeOnce({ type: "gap", channel, cursor, reason: lost.lost! }) }, out);
        }
      }
    }
  }));

  /** Where a channel is to go on from after a record that no cursor of it finds. */
  function channelCursor(route: Route, key: string, partitions: number): string {
    const place = { topic: route.topic, partition: placeOf(route, { key, partitions }) };
    return log.partition(place)?.cursor(partitions) ??
      cursorOf({ partitions, partition: place.partition, offset: -1, record: undefined });
  }

  /** The publishing connection, where it is not to get its own publication. */
  function publisherToSkip(record: StoredRecord, route: Route): Connection | undefined {
    const isCopy = route.sentCopy && headerText(record.headers, HEADER.to) !== undefined;
    if (route.echo && !isCopy) return undefined;
    const session = headerText(record.headers, HEADER.session);
    return session === undefined ? undefined : scene.sessions.find(session)?.connection;
  }

  function noteMisplaced(record: StoredRecord, route: Route, partitions: number): void {
    telemetry.count("records_misplaced");
    const now = clock.scheduler.now();
    if (now - (warnedAt.get(route) ?? -Infinity) < MISPLACED_NOTE_MS) return;
    warnedAt.set(route, now);
    telemetry.note("warn", "A record is not in the partition of its key", misplacedFields(record, route, partitions));
  }

  function endOverdue(membership: Membership): Effect[] {
    if (!index.isCurrent(membership)) return [];
    index.leave(membership);
    const reason = disconnect("slow_consumer", `the replay of ${membership.channel} fell too far behind`);
    return [{ kind: "close", connection: membership.subscriber.connection, disconnect: reason }];
  }
}
