/** Worker side: the open file, and the partitions in it. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Opened } from "./messages.ts";
import { APPLICATION, SCHEMA, TABLES } from "./schema.ts";
import { StoreProblem } from "./store_problem.ts";

/** One row of the table of partitions. */
export interface Part {
  readonly ref: number;
  readonly topic: string;
  readonly partition: number;
  readonly low: number;
  /** The offset of the next record, kept for itself: offsets are not used again when all records have expired. */
  readonly next: number;
  /** The weight of the records that it has. */
  readonly bytes: number;
}

/** An SQLite file that this process alone has open. */
export class StoreFile {
  readonly #path: string;
  readonly #topics: Readonly<Record<string, number>>;
  #database: DatabaseSync | undefined;
  #statements = new Map<string, StatementSync>();
  #parts = new Map<number, Part>();

  /** @param topics the partition counts of the topics that are served; the file may hold others too */
  constructor(path: string, topics: Readonly<Record<string, number>>) {
    this.#path = path;
    this.#topics = topics;
  }

  /**
   * Opens the file, or makes it. Where it is open already it is closed first: what it holds is then what the disk has.
   *
   * @throws {StoreProblem} where it is not ours to open; other errors are SQLite's
   */
  open(): Opened {
    this.#closeQuietly();
    this.#database = new DatabaseSync(this.#path);
    try {
      this.#begin(this.#database);
    } catch (error) {
      this.#closeQuietly();
      throw error;
    }
    const served = [...this.#parts.values()].filter(({ topic }) => Object.hasOwn(this.#topics, topic));
    return { partitions: served };
  }

  close(): void {
    this.#statements.clear();
    const database = this.#database;
    this.#database = undefined;
    database?.close();
  }

  /** Writes something, so that a disk that cannot be written shows; closes the file where it cannot. */
  probe(): void {
    try {
      this.change(() => {
        this.sql("REPLACE INTO probe VALUES (1, zeroblob(65536))").run();
        return [];
      });
    } catch (error) {
      this.#closeQuietly();
      throw error;
    }
  }

  /** The statement of a text. */
  sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) this.#statements.set(text, statement = this.database.prepare(text));
    return statement;
  }

  /** The one number that a statement gives. */
  number(text: string): number {
    return Number(Object.values(this.sql(text).get() ?? {})[0]);
  }

  get database(): DatabaseSync {
    if (!this.#database) throw new StoreProblem("disk", "the file is not open");
    return this.#database;
  }

  part(ref: number): Part {
    const part = this.#parts.get(ref);
    if (!part) throw new StoreProblem("disk", `the file has no partition of id ${ref}`);
    return part;
  }

  /** The partitions of topics. */
  partsOf(topics: readonly string[]): readonly Part[] {
    return [...this.#parts.values()].filter(({ topic }) => topics.includes(topic));
  }

  /** The weight of all records. */
  get bytes(): number {
    return [...this.#parts.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Changes records and their partitions, in one transaction that is on the disk when this returns.
   *
   * @param change gives the partitions as they are afterwards
   * @throws where nothing was changed; or, if that was at the very end, where this is not known
   */
  change(change: () => Iterable<Part>): void {
    const { database } = this;
    let changed: Iterable<Part>;
    database.exec("BEGIN IMMEDIATE");
    try {
      changed = change();
      const update = this.sql("UPDATE partitions SET low = ?, next = ?, bytes = ? WHERE id = ?");
      for (const { low, next, bytes, ref } of changed) update.run(low, next, bytes, ref);
      database.exec("COMMIT");
    } catch (error) {
      this.#rollBack(database);
      throw error;
    }
    for (const part of changed) this.#parts.set(part.ref, part);
  }

  #rollBack(database: DatabaseSync): void {
    try {
      // SQLite may have done so by itself.
      if (database.isTransaction) database.exec("ROLLBACK");
    } catch {
      // The failure that led here says more.
    }
  }

  #closeQuietly(): void {
    try {
      this.close();
    } catch {
      // It is given up, or about to be opened anew: what was wrong with it shows then.
    }
  }

  #begin(database: DatabaseSync): void {
    // Taken by the first statement that reads, and released by the system however the process ends.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    const application = this.number("PRAGMA application_id");
    const fresh = application === 0 && this.number("SELECT count(*) FROM sqlite_schema") === 0;
    if (!fresh && application !== APPLICATION) throw new StoreProblem("foreign", "it was not written by Tidegate");
    const version = this.number("PRAGMA user_version");
    if (version > SCHEMA) throw new StoreProblem("newer", `its schema is ${version}, this program knows ${SCHEMA}`);
    if (fresh) database.exec("PRAGMA auto_vacuum = INCREMENTAL");
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864");
    this.change(() => {
      if (fresh) database.exec(TABLES);
      this.#load();
      return [];
    });
  }

  #load(): void {
    const stored = this.sql("SELECT topic, count(*) AS count FROM partitions GROUP BY topic").all();
    for (const { topic, count } of stored as { topic: string; count: number }[]) {
      const wanted = Object.hasOwn(this.#topics, topic) ? this.#topics[topic] : count;
      if (wanted === count) continue;
      throw new StoreProblem(
        "partitions",
        `topic ${topic} has ${count} partitions in it, and ${wanted} are configured`,
      );
    }
    const add = this.sql("INSERT OR IGNORE INTO partitions (topic, number, low, next, bytes) VALUES (?, ?, 0, 0, 0)");
    for (const [topic, count] of Object.entries(this.#topics)) {
      for (let partition = 0; partition < count; partition++) add.run(topic, partition);
    }
    const rows = this.sql("SELECT id AS ref, topic, number AS partition, low, next, bytes FROM partitions").all();
    this.#parts = new Map((rows as unknown as Part[]).map((row) => [row.ref, { ...row }]));
  }
}
