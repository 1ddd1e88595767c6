/** A log in an SQLite file. */
import { dirname } from "node:path";
import { asyncScheduler } from "rxjs";
import type { Clock } from "../../domain/ports/clock.ts";
import type { OpenLog } from "../../domain/ports/log.ts";
import type { TopicPartition } from "../../domain/log_record.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import { scriptTelemetry } from "../telemetry/mod.ts";
import type { Retention } from "./retention.ts";
import { FileLog } from "./sqlite/file_log.ts";
import { LinkFailure, SqliteLink } from "./sqlite/link.ts";
import { readOwner, removeOwner, writeOwner } from "./sqlite/owner.ts";

/** What an SQLite log is made of. */
export interface SqliteLogOptions {
  /** The file; it and its folder are made where they are missing. */
  readonly path: string;
  /** The topics that are served, with their partition counts. The file may hold others, which stay in it. */
  readonly topics: Readonly<Record<string, number>>;
  /** What is forgotten; absent: nothing. */
  readonly retention?: Retention;
  /** Gives the records' times, and the scheduler of retention and new tries. Default: the machine's. */
  readonly clock?: Clock;
  /** Where log lines go. Default: lines on standard error, from `info` on. */
  readonly telemetry?: Telemetry;
  /** How many bytes of the newest records are kept in memory, so that readers of them need no disk. Default 64 MiB. */
  readonly memoryBytes?: number;
}

/** A log in a file. */
export interface SqliteLog extends OpenLog {
  /** Forgets the records of a partition before an offset. Rejects where the file cannot be written. */
  trim(partition: TopicPartition, low: number): Promise<void>;
}

/**
 * Opens a log in an SQLite file, which no other process can open until it is closed, or the process ends in whatever way.
 *
 * A record is appended when the file and its journal were flushed to the disk: its durability is `strong`. Appends that come while others
 * are being written share one flush. All work on the file is done by a worker. Needs the permissions to read and write the file's folder.
 *
 * While the disk is full or fails, appends are rejected, or their outcome is unknown; the log tries again each second.
 *
 * @throws {Error} where the file cannot be opened; the message says why, and what to do
 * @throws {RangeError} where a partition count is not 1 or more
 */
export async function openSqliteLog(options: SqliteLogOptions): Promise<SqliteLog> {
  const { path, topics } = options;
  for (const [topic, count] of Object.entries(topics)) {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RangeError(`Cannot open ${path}: topic ${topic} is to have ${count} partitions, expected 1 or more`);
    }
  }
  try {
    // What users write to each other is nobody else's on this machine.
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const { link, opened } = await SqliteLink.open({ path, topics });
    await writeOwner(path);
    const { clock = { scheduler: asyncScheduler }, telemetry = scriptTelemetry() } = options;
    return new FileLog({ ...options, clock, telemetry, link, opened, closed: () => removeOwner(path) });
  } catch (error) {
    throw new Error(`Cannot open ${path}: ${await explain(path, error)}`, { cause: error });
  }
}

async function explain(path: string, error: unknown): Promise<string> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof LinkFailure)) return message;
  switch (error.problem) {
    case "locked": {
      const pid = await readOwner(path);
      if (pid === Deno.pid) return "this process has it open already";
      return `another process${pid === undefined ? "" : ` (pid ${pid})`} has it open; stop it, or use another file`;
    }
    case "damaged":
      return `the file is damaged (${message}); restore it from a backup, or move it away to start with an empty log`;
    case "foreign":
      return `${message}; name another file, or move it away`;
    case "newer":
      return `${message}; upgrade, or name another file`;
    case "partitions":
      return `${message}; configure as many as there are, or move the file away to start with an empty log ` +
        "(keys would move to other partitions, and channels would lose their order)";
    default:
      return message;
  }
}
