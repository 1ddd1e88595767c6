/** The limits and deadlines of the configuration. */
import * as v from "valibot";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import { duration, openSetting, setting, wholeNumber } from "./setting.ts";

const KIB = 1024;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const DAY_SECONDS = 86_400;

/** How many a second, and none less than one in some minutes. */
function rate(fallback: number, notes: { readonly about: string }) {
  return setting(v.pipe(v.number(), v.minValue(0.01), v.maxValue(10_000_000)), {
    expected: "a number from 0.01 to 10000000",
    default: fallback,
    ...notes,
  });
}

/** `[limits]` */
export const LIMITS = v.object({
  frame_bytes: wholeNumber({ min: KIB, max: 64 * MIB, default: DEFAULT_SETTINGS.frameBytes }, {
    about: "The largest WebSocket message, or body of a publish over HTTP, in bytes; a longer one ends the connection",
  }),
  subscriptions: wholeNumber({ min: 1, max: 100_000, default: DEFAULT_SETTINGS.subscriptionsPerConnection }, {
    about: "Subscriptions that one connection may have",
  }),
  connections: wholeNumber({ min: 1, max: 10_000_000, default: 50_000 }, {
    about: "WebSockets that this node takes, and as many HTTP requests at once; one more is refused",
  }),
  connections_per_user: wholeNumber({ min: 1, max: 1_000_000, default: DEFAULT_SETTINGS.connectionsPerUser }, {
    about: "Connections that one user may have on this node; a request of plain HTTP is one while it is open",
  }),
  connections_per_address: wholeNumber({ min: 1, max: 10_000_000, default: 1_000 }, {
    about:
      "WebSockets that one address may have on this node, and as many HTTP requests, an IPv6 one with its /64; this machine's are not counted",
  }),
  memory_bytes: openSetting(v.pipe(v.number(), v.integer(), v.minValue(64 * MIB)), {
    about: "Bytes of memory of the process over which no new connection is taken; open ones go on",
    expected: "a whole number, at least 67108864",
    otherwise: "85% of what the runtime gives to objects",
  }),
  head_bytes: wholeNumber({ min: KIB, max: MIB, default: 8 * KIB }, {
    about: "The largest head of an HTTP request, in bytes",
  }),
  handshake_seconds: duration({ max: DAY_SECONDS, default: 5 }, {
    about: "How long a client may take to send the head of its request, and the body of a publish",
  }),
  connect_wait_ms: wholeNumber({ min: 0, max: 60_000, default: DEFAULT_SETTINGS.connectWaitMs }, {
    about: "How long a silent client is waited for before it is connected without a `connect` frame, in milliseconds",
  }),
  connect_seconds: duration({ max: 3_600, default: DEFAULT_SETTINGS.connectMs / 1000 }, {
    about: "In mode `jwt`, how long a client without a token in its handshake may take to send it in `connect`",
  }),
  ping_seconds: duration({ max: DAY_SECONDS, default: DEFAULT_SETTINGS.pingSeconds }, {
    about: "How often each client is pinged",
  }),
  pong_seconds: duration({ max: DAY_SECONDS, default: 10 }, {
    about: "How long a client may take to answer a ping before it is closed",
  }),
  queue_bytes: wholeNumber({ min: KIB, max: GIB, default: DEFAULT_SETTINGS.queueBytes }, {
    about: "Bytes that may wait for one connection before it counts as a slow consumer; at least `frame_bytes`",
  }),
  publishes_in_flight: wholeNumber({ min: 1, max: 100_000, default: DEFAULT_SETTINGS.publishesInFlight }, {
    about: "Publishes of one connection that may be without an answer before reading from it pauses",
  }),
  publish_seconds: duration({ max: DAY_SECONDS, default: DEFAULT_SETTINGS.answerMs / 1000 }, {
    about: "How long a publish may take; then it is answered `unavailable`, its outcome unknown",
  }),
  requests_per_second: rate(DEFAULT_SETTINGS.rates.requests, {
    about: "Requests a second of one connection, over time: everything that a client sends is one",
  }),
  publishes_per_second: rate(DEFAULT_SETTINGS.rates.publishes, {
    about: "Publishes a second of one connection, over time",
  }),
  subscribes_per_second: rate(DEFAULT_SETTINGS.rates.subscribes, {
    about: "Subscribes and looks back a second of one connection, over time: they read the log",
  }),
  user_requests_per_second: rate(DEFAULT_SETTINGS.rates.userRequests, {
    about: "Requests a second of one user's connections on this node together",
  }),
  user_publishes_per_second: rate(DEFAULT_SETTINGS.rates.userPublishes, {
    about: "Publishes a second of one user's connections on this node together",
  }),
  burst_seconds: duration({ max: 3_600, default: DEFAULT_SETTINGS.rates.burstSeconds }, {
    about: "What was not used of a rate is kept for so many seconds, and may come at once",
  }),
  record_bytes: wholeNumber({ min: KIB, max: 256 * MIB, default: DEFAULT_SETTINGS.recordBytes }, {
    about: "The largest record value that clients are shown, in bytes; a larger one is skipped and counted, or refused",
  }),
  replay_publications: wholeNumber({ min: 1, max: 10_000_000, default: DEFAULT_SETTINGS.replay.publications }, {
    about: "Publications at which the replay or history of one request stops",
  }),
  replay_offsets: wholeNumber({ min: 1, max: 1_000_000_000, default: DEFAULT_SETTINGS.replay.offsets }, {
    about: "Offsets of the log at which the replay or history of one request stops",
  }),
  replay_bytes: wholeNumber({ min: KIB, max: 64 * GIB, default: DEFAULT_SETTINGS.replay.bytes }, {
    about: "Bytes read at which the replay or history of one request stops",
  }),
  replays_at_once: wholeNumber({ min: 1, max: 1_000, default: 8 }, {
    about: "Reads of the log for replays at once on this node; those of a partition of Kafka share them",
  }),
  tail_memory_bytes: wholeNumber({ min: 0, max: 64 * GIB, default: 64 * MIB }, {
    about:
      "Bytes of the newest records that this node keeps in memory, so that replays need not read the log; 0 keeps none",
  }),
  rest_seconds: setting(v.pipe(v.number(), v.minValue(0), v.maxValue(DAY_SECONDS)), {
    about:
      "A partition of the log that nobody on this node has needed for so many seconds is not read until somebody does; 0: all always are",
    expected: "a number from 0 to 86400",
    default: DEFAULT_SETTINGS.restAfterMs / 1000,
  }),
  pipeline_outputs: wholeNumber({ min: 1, max: 10_000, default: DEFAULT_SETTINGS.pipeline.outputs }, {
    about: "Messages that one message may become in a pipeline of its route",
  }),
  pipeline_ms: wholeNumber({ min: 1, max: 600_000, default: DEFAULT_SETTINGS.pipeline.ms }, {
    about: "How long the inbound pipeline of a route may take for one publish, in milliseconds",
  }),
  dedup_offsets: wholeNumber({ min: 0, max: 10_000_000, default: DEFAULT_SETTINGS.duplicates.offsets }, {
    about: "Offsets of a partition in which a second record with the same message id is a duplicate",
  }),
  dedup_minutes: duration({ max: 1_440, default: DEFAULT_SETTINGS.duplicates.ms / 60_000 }, {
    about: "Minutes of record time in which a second record with the same message id is a duplicate",
  }),
  presence_expiry_seconds: setting(v.pipe(v.number(), v.minValue(2), v.maxValue(3_600)), {
    about:
      "After so long a silence of this node, others take its users for gone; it writes four heartbeats in that time",
    expected: "a number from 2 to 3600",
    default: DEFAULT_SETTINGS.presenceExpiryMs / 1000,
  }),
  drain_seconds: duration({ max: DAY_SECONDS, default: 10 }, {
    about: "How long connections are closed for, one after another, after SIGTERM",
  }),
  drain_interrupt_seconds: duration({ max: DAY_SECONDS, default: 4 }, {
    about: "The same after SIGINT",
  }),
});
