/** A scene for marble tests of single pipelines: one topic of one partition, and ports that are pictures. */
import { EMPTY, NEVER, of, type SchedulerLike } from "rxjs";
import type { UserId } from "../../domain/channel.ts";
import { ChannelIndex } from "../../domain/channel_index.ts";
import type { RecordHeaders, StoredRecord } from "../../domain/log_record.ts";
import { LeanMap } from "../../domain/lean_map.ts";
import { LogView } from "../../domain/log_view.ts";
import { NO_ENVELOPES } from "../../domain/ports/envelope.ts";
import type { Batch, Log, LogState } from "../../domain/ports/log.ts";
import type { Effect } from "../../domain/ports/transport.ts";
import { ConnectionRates, RateLimits } from "../../domain/rate_limits.ts";
import { Rest } from "../../domain/rest.ts";
import { compileRoute } from "../../domain/route.ts";
import { routeTable } from "../../domain/route_table.ts";
import type { GatewayPorts, Scene } from "../../domain/scene.ts";
import type { Session } from "../../domain/session.ts";
import { NOTHING_TO_FOLD } from "../../domain/shared_folds.ts";
import { SessionRegistry } from "../../domain/session_registry.ts";
import { Setbacks } from "../../domain/setbacks.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import { takeTurns } from "../../streams/take_turns.ts";
import { frameOf, TestClient } from "../../testing/mod.ts";

/** The only partition. */
export const PLACE = { topic: "chat", partition: 0 };

const STATE: LogState = { available: true, topics: new Map([["chat", { partitions: 1, durability: "strong" }]]) };

/** A scene whose log answers what the test says; without a word it says nothing. */
export function marbleScene(
  scheduler: SchedulerLike,
  ports: { log?: Partial<Log> } & Partial<Omit<GatewayPorts, "log" | "envelopes">> = {},
): Scene {
  const settings = {
    ...DEFAULT_SETTINGS,
    node: "marbles",
    connectWaitMs: 5,
    answerMs: 60,
    duplicates: { offsets: 100, ms: 1_000 },
  };
  const view = new LogView(settings.duplicates);
  view.learn(STATE);
  const silent: Log = {
    state: of(STATE),
    append: () => NEVER,
    tail: () => NEVER,
    read: () => NEVER,
    range: () => NEVER,
  };
  const routes = routeTable([compileRoute({ channel: "chat:{room}", topic: "chat" })]);
  const index = new ChannelIndex();
  return {
    transport: { connections: NEVER, drained: () => of(undefined) },
    authenticator: { admit: () => EMPTY, identify: () => of({ user: "ann" as UserId }) },
    clock: { scheduler },
    random: { uuid: () => "uuid", fraction: () => 0.5 },
    telemetry: { count: () => {}, note: () => {} },
    envelopes: NO_ENVELOPES,
    ...ports,
    log: { ...silent, ...ports.log },
    routes,
    settings,
    view,
    index,
    rest: new Rest({ routes, view, index, now: () => scheduler.now(), afterMs: Infinity }),
    folds: { duplicates: () => NOTHING_TO_FOLD },
    sessions: new SessionRegistry(),
    turns: takeTurns(),
    setbacks: new Setbacks(),
    rates: new RateLimits(settings.rates),
  };
}

/** The scene's node follows the partition, and has read everything before an offset. */
export function serveFrom(scene: Scene, high = 0): void {
  scene.view.start(PLACE, { low: high, high });
}

/** A record of `chat:lobby` whose payload is its offset; with a message id, of ann's. */
export function recordAt(offset: number, messageId?: string): StoredRecord {
  const utf8 = new TextEncoder();
  const headers: RecordHeaders = messageId === undefined
    ? {}
    : { "tidegate-sender": utf8.encode("ann"), "tidegate-message-id": utf8.encode(messageId) };
  return { ...PLACE, offset, time: 1_000 + offset, key: "lobby", value: utf8.encode(String(offset)), headers };
}

/** A batch of records, up to the offset after the last. */
export function batchOf(records: readonly StoredRecord[], more: Partial<Batch> = {}): Batch {
  const to = records.at(-1)!.offset + 1;
  return { ...PLACE, from: records[0]!.offset, to, high: to, records, done: () => {}, ...more };
}

/** A session of ann's, not in the registry. */
export function sessionOf(name = "session"): Session {
  const user = "ann" as UserId;
  return {
    connection: new TestClient(name, { admission: { kind: "awaited" } }),
    user,
    identity: { user },
    memberships: new LeanMap(),
    rates: new ConnectionRates(),
  };
}

/** Effects in words: what is sent to whom, and what else is done. */
export function inWords(effects: readonly Effect[]): string {
  return effects.map((effect) => {
    if (effect.kind === "close") return `close ${effect.disconnect.name}`;
    if (effect.kind !== "send") return effect.kind;
    const frame = frameOf(effect.frame);
    const to = [...effect.connections].map(({ session }) => session).join("+");
    if (frame.type === "publication") {
      const { payload } = frame.publication;
      return `${to}:${payload && payload.kind === "json" ? payload.text : "?"}`;
    }
    return `${to}:${frame.type === "error" ? frame.failure.code : frame.type}`;
  }).join(" ");
}
