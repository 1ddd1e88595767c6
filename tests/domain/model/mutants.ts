/** Gateways that are broken on purpose: what the model must find. */
import { concatMap, filter, map, type Observable, of, tap, timer } from "rxjs";
import { ChannelIndex } from "../../../domain/channel_index.ts";
import { DuplicateWindow } from "../../../domain/duplicate_window.ts";
import type { TopicPartition } from "../../../domain/log_record.ts";
import { LogView } from "../../../domain/log_view.ts";
import { PartitionView } from "../../../domain/partition_view.ts";
import type { Log, OffsetRange, Outcome } from "../../../domain/ports/log.ts";
import { Rest } from "../../../domain/rest.ts";
import type { Content } from "../../../domain/message_view.ts";
import { type Each, each } from "../../../domain/outbound.ts";
import type { OutboundPublication } from "../../../domain/outbound_publication.ts";
import type { GatewayPorts } from "../../../domain/scene.ts";
import { SessionRegistry } from "../../../domain/session_registry.ts";
import { riggedLog } from "../../../testing/mod.ts";
import { PIPES, type Pipes } from "./pipelines.ts";
import { replace } from "./replace.ts";

/** A way in which a gateway can be broken. */
export interface Mutant {
  readonly name: string;
  /** Puts a broken port in the place of one. */
  readonly rig?: (ports: GatewayPorts) => GatewayPorts;
  /** Puts pipelines into the routes. */
  readonly pipes?: Pipes;
  /** Lets partitions rest. */
  readonly restAfterMs?: number;
  /** Breaks a part of the domain; says how to mend it. */
  readonly spoil?: () => () => void;
}

/** After how long partitions rest in the model, in milliseconds. */
export const REST_MS = 500;

/** Each breaks one promise. */
export const MUTANTS: readonly Mutant[] = [
  { name: "a de-duplication that forgets", spoil: () => replace(DuplicateWindow.prototype, { take: () => false }) },
  {
    name: "a replay that does not leave out what the live tail left out",
    spoil: () => replace(PartitionView.prototype, { isDuplicate: () => false }),
  },
  {
    name: "a publish that never finds what was read already",
    spoil: () => replace(DuplicateWindow.prototype, { find: () => undefined }),
  },
  { name: "a hand-over that does not hold", spoil: () => replace(ChannelIndex.prototype, { release: droppingHeld }) },
  { name: "a release before the replay", spoil: () => replace(ChannelIndex.prototype, { holdFromNow: liveAtOnce }) },
  { name: "an index that leaks", spoil: () => replace(ChannelIndex.prototype, { leave: () => {} }) },
  { name: "a registry that leaks", spoil: () => replace(SessionRegistry.prototype, { remove: () => {} }) },
  {
    name: "a cursor of more than was seen",
    spoil: () => replace(PartitionView.prototype, { cursor: oneAhead }),
  },
  { name: "appends out of order", rig: (ports) => onLog(ports, { append: swapping(ports) }) },
  {
    name: "published before it is in the log",
    rig: (ports) => onLog(ports, { append: (records) => lie(ports.log, records) }),
  },
  {
    name: "a log whose losses are not told",
    rig: (ports) =>
      onLog(ports, {
        tail: (request) =>
          ports.log.tail(request).pipe(
            tap((batch) => batch.lost && batch.done()),
            filter(({ lost }) => lost === undefined),
          ),
      }),
  },
  {
    name: "a tail that leaves a record out",
    rig: (ports) =>
      onLog(ports, {
        tail: (request) =>
          ports.log.tail(request).pipe(
            map((batch) => ({ ...batch, records: batch.records.filter(({ offset }) => offset % 7 !== 3) })),
          ),
      }),
  },
  { name: "an outbound pipeline that depends on when it is asked", pipes: moody() },
  {
    name: "a rest after which only what is new is read",
    restAfterMs: REST_MS,
    spoil: () => replace(LogView.prototype, { resume: fromTheEnd }),
  },
  {
    name: "a partition that serves while it rests",
    restAfterMs: REST_MS,
    spoil: () => replace(PartitionView.prototype, { rest: () => {} }),
  },
  {
    name: "a rest in spite of subscribers",
    restAfterMs: REST_MS,
    spoil: () => replace(Rest.prototype, { mayRest: alone }),
  },
  {
    name: "a replay that ends one record too early",
    rig: (ports) =>
      onLog(ports, {
        read: (place, range) =>
          ports.log.read(place, range).pipe(
            map((batch) => ({ ...batch, records: batch.records.filter(({ offset }) => offset !== range.to - 1) })),
          ),
      }),
  },
];

/** Nobody is subscribed, as far as it sees. */
function alone(this: Rest, ...given: Parameters<typeof mayRest>): boolean {
  const mend = replace(ChannelIndex.prototype, { channels: () => [] });
  try {
    return mayRest.apply(this, given);
  } finally {
    mend();
  }
}

function fromTheEnd(this: LogView, place: TopicPartition, { high }: OffsetRange): number {
  return resume.call(this, place, { low: high, high });
}

function onLog(ports: GatewayPorts, changes: Partial<Log>): GatewayPorts {
  return { ...ports, log: riggedLog(ports.log, changes) };
}

const { cursor } = PartitionView.prototype;
const { mayRest } = Rest.prototype;
const { resume } = LogView.prototype;
const { release, holdFromNow } = ChannelIndex.prototype;

function oneAhead(this: PartitionView, ...given: Parameters<typeof cursor>): string {
  const [version, partitions, partition, offset, ...rest] = cursor.apply(this, given).split(".");
  return [version, partitions, partition, Number(offset) + 1, ...rest].join(".");
}

function droppingHeld(this: ChannelIndex, ...given: Parameters<typeof release>): ReturnType<typeof release> {
  release.apply(this, given);
  return [];
}

function liveAtOnce(this: ChannelIndex, ...given: Parameters<typeof holdFromNow>): void {
  holdFromNow.apply(this, given);
  release.apply(this, given);
}

/** Leaves the last publication of a record out, every few times that it is asked. */
function moody(): Pipes {
  const { inbound, outbound } = PIPES.pipeline;
  let asked = 0;
  const sometimes = each((publication) => {
    const all = (outbound as Each).run(publication as OutboundPublication<never>) as readonly Content[];
    return asked++ % 5 === 4 ? all.slice(0, -1) : all;
  });
  return { ...PIPES, pipeline: { ...(inbound ? { inbound } : {}), outbound: sometimes } };
}

/** Every second append waits a moment. */
function swapping({ log, clock }: GatewayPorts): Log["append"] {
  let turn = 0;
  return (records) => timer(turn++ % 2 === 0 ? 1 : 0, clock.scheduler).pipe(concatMap(() => log.append(records)));
}

/** Says of every third record that it was appended, and does not append it. */
function lie(log: Log, records: Parameters<Log["append"]>[0]): Observable<Outcome> {
  const isLie = records[0]!.value!.at(-2)! % 3 === 0;
  return isLie ? of<Outcome>({ kind: "appended", index: 0, offset: 0 }) : log.append(records);
}
