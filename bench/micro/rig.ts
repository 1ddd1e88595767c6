/** A gateway without the outside world: clients and a log that a benchmark moves by hand, so that only the pipelines are measured. */
import { asyncScheduler, BehaviorSubject, from, NEVER, of, Subject } from "rxjs";
import type { UserId } from "../../domain/channel.ts";
import type { ClientFrame } from "../../domain/frame.ts";
import { gateway } from "../../domain/gateway.ts";
import type { StoredRecord } from "../../domain/log_record.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Batch, Log, LogState, Outcome } from "../../domain/ports/log.ts";
import type { Connection, Effect } from "../../domain/ports/transport.ts";
import { compileRoute } from "../../domain/route.ts";
import { routeTable } from "../../domain/route_table.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import { encodeClientFrame } from "../../schema/capnp/client.ts";
import { capnpCodec, jsonCodec } from "../../schema/mod.ts";

/** A gateway whose clients are connected, and whose log is the benchmark's. */
export interface Rig {
  /** What a client sends. */
  say(client: number, message: string): void;
  /** Hands records to the tail, as one batch of partition 0. */
  read(records: readonly StoredRecord[]): void;
  /** How many frames the gateway has sent to clients. */
  readonly sent: number;
}

/** What is asked of a rig. */
export interface RigOptions {
  readonly clients: number;
  /** The channel that a client subscribes to; none where it is absent. */
  readonly channelOf?: (client: number) => string;
  /** Default: all JSON. */
  readonly codecOf?: (client: number) => Codec;
}

/** Rates are no matter of what is measured. */
const NO_RATES = {
  requests: 1e9,
  publishes: 1e9,
  subscribes: 1e9,
  userRequests: 1e9,
  userPublishes: 1e9,
  burstSeconds: 5,
};

/** Starts a gateway of channels `chat:{room}`. */
export function rig({ clients, channelOf, codecOf = () => jsonCodec }: RigOptions): Rig {
  const topics = new Map([["chat", { partitions: 1, durability: "strong" as const }]]);
  const batches = new Subject<Batch>();
  let appended = 0;
  let next = 0;
  let sent = 0;
  const log: Log = {
    state: new BehaviorSubject<LogState>({ available: true, topics }),
    append: (records) => from(records.map((_, index): Outcome => ({ kind: "appended", index, offset: appended++ }))),
    tail(request) {
      next = request.start({ topic: "chat", partition: 0 }, { low: 0, high: 0 });
      return batches;
    },
    read: () => NEVER,
    range: () => of({ low: 0, high: next }),
  };
  const connections = new Subject<Connection>();
  const messages = Array.from({ length: clients }, () => new Subject<string | Uint8Array>());
  const { effects } = gateway({
    log,
    transport: { connections, drained: () => of(undefined) },
    authenticator: { admit: () => of({ kind: "awaited" }), identify: () => of({ user: "user" as UserId }) },
    clock: { scheduler: asyncScheduler },
    random: { uuid: () => "f81d4fae-7dec-41d0-a765-00a0c91e6bf6", fraction: () => 0.5 },
    telemetry: { count: () => {}, observe: () => {}, note: () => {} },
  }, {
    routes: routeTable([compileRoute({ channel: "chat:{room}", topic: "chat" })]),
    settings: { ...DEFAULT_SETTINGS, node: "bench", connectionsPerUser: Infinity, rates: NO_RATES },
  });
  effects.subscribe((list) => sent += framesOf(list));
  const read = (records: readonly StoredRecord[]) => {
    const to = next + records.length;
    const numbered = records.map((record, at) => ({ ...record, offset: next + at }));
    batches.next({ topic: "chat", partition: 0, from: next, to, high: to, records: numbered, done: () => {} });
    next = to;
  };
  read([]);
  messages.forEach((own, client) => {
    const codec = codecOf(client);
    const session = `client-${client}`;
    connections.next({ session, admission: { kind: "awaited" }, codec, messages: own });
    own.next(messageIn(codec, channelOf?.(client)));
  });
  return {
    say: (client, message) => messages[client]!.next(message),
    read,
    get sent() {
      return sent;
    },
  };
}

/** A first message: it subscribes to a channel where one is named. */
function messageIn(codec: Codec, channel: string | undefined): string | Uint8Array {
  const frame: ClientFrame = channel === undefined ? { type: "ping", id: 1 } : { type: "subscribe", id: 1, channel };
  if (codec === capnpCodec) return encodeClientFrame(frame);
  const { type, id, ...body } = frame;
  return JSON.stringify({ id, [type]: body });
}

function framesOf(effects: readonly Effect[]): number {
  let frames = 0;
  for (const effect of effects) {
    if (effect.kind !== "send") continue;
    for (const _ of effect.connections) frames++;
  }
  return frames;
}
