/** What the gateway counts, by name, with what it means: `tidegate_<name>_total`. */
export const COUNTERS = {
  connections_opened: "WebSockets that were accepted",
  connections_closed: "WebSockets that have ended",
  connections_refused: "WebSocket handshakes that were refused",
  connections_refused_address:
    "WebSocket handshakes and plain HTTP requests that were refused because their address has enough",
  requests_refused: "Plain HTTP requests that were ambiguous, or for another host",
  connections_limited: "WebSockets that were ended because they passed a limit",
  sessions_denied: "Sessions that were ended because their user or token was denied",
  tokens_refused: "Tokens that were not good",
  frames_received: "Frames that clients sent",
  frames_refused: "Frames that could not be read, or were no requests",
  requests_limited: "Requests that were refused because of a rate",
  publishes_appended: "Publishes that are in the log",
  publishes_duplicate: "Publishes that were in the log already",
  publishes_rejected: "Publishes that are certainly not in the log",
  publishes_unknown: "Publishes whose outcome is not known",
  pipeline_rejected: "Publishes that a pipeline rejected",
  pipeline_dropped: "Publishes that a pipeline left out",
  pipeline_failed: "Publishes that a pipeline failed on",
  pipeline_timeouts: "Publishes that a pipeline took too long for",
  outbound_failed: "Publications that an outbound pipeline failed on",
  outbound_restarts: "Times that an outbound pipeline had to be started anew",
  records_read: "Records that were read from the log for subscribers",
  records_duplicate: "Records that were left out as duplicates",
  records_misplaced: "Records that are not in the partition of their key",
  records_unroutable: "Records that are of no route's channel",
  records_unreadable: "Records that could not be shown",
  publications_sent: "Publications to connections",
  publications_skipped: "Publications that were left out for connections that are too slow",
  gaps: "Channels that were told of records that the log lost",
  replays: "Replays that were begun",
  replays_refused: "Replays that could not tell everything",
  presence_written: "Records of who is present that were written, heartbeats among them",
  presence_expired: "Times that another node was silent for too long, and its users were taken for gone",
  tail_fetches: "Questions to Kafka for what is new",
  partitions_rested: "Times that a partition was no longer read because nobody on this node needed it",
  partitions_woken: "Times that a partition that had rested was needed again",
  replay_fetches: "Pieces of the log that were fetched for replays, each for all that wait for it",
  replay_pieces: "Pieces of the log that replays were given",
  log_reconnects: "Times that the log was reached anew",
} as const satisfies Record<string, string>;

/** The name of something that is counted. */
export type Counter = keyof typeof COUNTERS;

/** What the gateway measures the time of, by name, with what it means: `tidegate_<name>_seconds`. */
export const TIMINGS = {
  publish: "From a publish to the log's word on it",
  delivery: "From a record's own time to its publication",
} as const satisfies Record<string, string>;

/** The name of something whose time is measured. */
export type Timing = keyof typeof TIMINGS;

/** How much an operator needs to know of it. */
export type Level = "debug" | "info" | "warn" | "error";

/** Fields of a log line: never a secret, never a payload. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where counters and log lines go. Never throws, never blocks. */
export interface Telemetry {
  /** Adds to a counter; by 1 where no amount is given. */
  count(counter: Counter, amount?: number): void;
  /** Takes how long something took, in milliseconds. Absent where nobody looks. */
  observe?(timing: Timing, ms: number): void;
  /**
   * Says something to the operator. Lines with the same `message` are held to one a second; what was left out is
   * counted in the next one.
   */
  note(level: Level, message: string, fields?: Fields): void;
}
