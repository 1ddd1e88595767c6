/** Records to the frames of those who subscribe to them. */
import { map, type OperatorFunction, pipe } from "rxjs";
import type { Channel } from "./channel.ts";
import { cursorOf } from "./cursor.ts";
import type { Deduplicated } from "./deduplicate.ts";
import { headerText, type StoredRecord } from "./log_record.ts";
import { isMisplaced, misplacedFields } from "./misplaced.ts";
import { OutboundPublication } from "./outbound_publication.ts";
import { channelCursor, Outgoing } from "./outgoing.ts";
import type { Batch } from "./ports/log.ts";
import type { Effect } from "./ports/transport.ts";
import { HEADER } from "./record_names.ts";
import { channelOf, isStateful, type Route } from "./route.ts";
import { runEach } from "./run_each.ts";
import type { Scene } from "./scene.ts";
import { showRecord } from "./show_record.ts";

/** The effects of one batch. */
export interface FannedOut {
  readonly batch: Batch;
  readonly effects: readonly Effect[];
  /** What is for the operators of routes that have one, in order. */
  readonly live: ReadonlyMap<Route, readonly OutboundPublication<never>[]>;
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

/** Of batches without a route that has an operator. */
const NONE: FannedOut["live"] = new Map();

/**
 * Brings each record, or what it becomes in the stateless pipeline of its route, to the subscribers of its channels, in order, encoded
 * once a codec. Its cost is that of the subscribers that it reaches; a record that cannot be shown is counted and left out.
 */
export function fanOut(scene: Scene): OperatorFunction<Deduplicated, FannedOut> {
  const { routes, view: log, index, telemetry, settings, clock, envelopes, rest } = scene;
  const warnedAt = new Map<Route, number>();

  return pipe(map((step) => {
    const { batch, records } = step;
    const out = new Outgoing(scene);
    const partitions = log.partitions(batch.topic) ?? batch.partition + 1;
    const now = clock.scheduler.now();
    let live: Map<Route, OutboundPublication<never>[]> | undefined;
    for (const record of records) {
      let reached = 0;
      let shown = false;
      for (const route of routes.ofTopic(record.topic)) {
        const channel = channelOf(route, record.key);
        if (channel === undefined) continue;
        shown = true;
        const misplaced = isMisplaced(record, route, partitions);
        if (misplaced) noteMisplaced(record, route, partitions);
        const isWanted = index.has(channel) || isStateful(route);
        if (isWanted) reached += deliver({ record, route, channel, partitions, misplaced });
      }
      if (!shown) telemetry.count("records_unroutable");
      if (reached > 0 && record.time >= 0) telemetry.observe?.("delivery", now - record.time);
    }
    if (batch.lost !== undefined && step.view.serving) {
      for (const route of routes.ofTopic(batch.topic)) {
        out.tellGap({ route, partition: batch.partition, reason: batch.lost });
      }
    }
    if (batch.records.length > 0) telemetry.count("records_read", batch.records.length);
    return { batch, effects: out.take(), live: live ?? NONE };

    function deliver(showing: Showing): number {
      try {
        return show(showing);
      } catch (error) {
        // What one record does to a codec must not end the tail for everybody.
        return leaveOut(showing, String(error));
      }
    }

    function show(showing: Showing): number {
      const { record, route, channel } = showing;
      const cursor = (index: number) => cursorAfter(showing, index);
      const { recordBytes } = settings;
      const publication = showRecord(record, { route, channel, cursor: cursor(0), recordBytes, envelopes });
      if (typeof publication === "string") return leaveOut(showing, publication);
      const except = publisherToSkip(record, route);
      const outbound = route.pipeline?.outbound;
      if (!outbound) return out.publish(publication, { route, except });
      if (outbound.kind === "each") {
        return runEach(scene, { each: outbound, publication, cursor })
          .reduce((reached, became) => reached + out.publish(became, { route, except }), 0);
      }
      live ??= new Map();
      const before = live.get(route) ?? [];
      live.set(route, before);
      before.push(new OutboundPublication(publication, except === undefined ? {} : { except }));
      return 0;
    }

    function leaveOut({ record, channel }: Showing, reason: string): number {
      const { topic, partition, offset } = record;
      telemetry.count("records_unreadable");
      telemetry.note("warn", "Cannot show a record", { topic, partition, offset, channel, reason });
      return 0;
    }
  }));

  /** Where to go on from after a record, or after some of the publications that it became; no cursor finds a misplaced one. */
  function cursorAfter({ record, route, partitions, misplaced }: Showing, index: number): string {
    if (misplaced) return channelCursor(scene, { route, key: record.key, partitions });
    return cursorOf({ partitions, partition: record.partition, offset: record.offset, record, index });
  }

  /** The publishing session, where it is not to get its own publication. */
  function publisherToSkip(record: StoredRecord, route: Route): string | undefined {
    const isCopy = route.sentCopy && headerText(record.headers, HEADER.to) !== undefined;
    return route.echo && !isCopy ? undefined : headerText(record.headers, HEADER.session);
  }

  function noteMisplaced(record: StoredRecord, route: Route, partitions: number): void {
    telemetry.count("records_misplaced");
    rest.keepAwake(record.topic);
    const now = clock.scheduler.now();
    if (now - (warnedAt.get(route) ?? -Infinity) < MISPLACED_NOTE_MS) return;
    warnedAt.set(route, now);
    telemetry.note("warn", "A record is not in the partition of its key", misplacedFields(record, route, partitions));
  }
}
