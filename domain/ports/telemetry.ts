/** What the gateway counts, by name: `tidegate_<name>_total`. */
export type Counter =
  | "connections_opened"
  | "connections_closed"
  | "connections_refused"
  | "frames_received"
  | "frames_refused"
  | "publishes_appended"
  | "publishes_duplicate"
  | "publishes_rejected"
  | "publishes_unknown"
  | "records_read"
  | "records_duplicate"
  | "records_misplaced"
  | "records_unroutable"
  | "records_unreadable"
  | "publications_sent"
  | "gaps"
  | "replays"
  | "replays_refused"
  | "log_reconnects";

/** How much an operator needs to know of it. */
export type Level = "debug" | "info" | "warn" | "error";

/** Fields of a log line: never a secret, never a payload. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where counters and log lines go. Never throws, never blocks. */
export interface Telemetry {
  count(counter: Counter, amount?: number): void;
  /**
   * Says something to the operator. Lines with the same `message` are held to one a second; what was left out is
   * counted in the next one.
   */
  note(level: Level, message: string, fields?: Fields): void;
}
