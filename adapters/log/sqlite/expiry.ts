/** When an SQLite log forgets records. */
import type { Subscription } from "rxjs";
import type { Clock } from "../../../domain/ports/clock.ts";
import type { Retention } from "../retention.ts";
import type { SqliteLink } from "./link.ts";
import type { Expired } from "./messages.ts";

/** How long after the last time it looks for records that are too old. */
const EVERY_MS = 60_000;

/** How much more than its limit the log may hold before it looks at once. */
const SURPLUS = 1.1;

/** A tombstone stays so long, so that who follows a compacted topic sees it. */
const TOMBSTONE_MS = 24 * 3_600_000;

/** What expiry needs. */
export interface ExpiryOptions {
  readonly link: Pick<SqliteLink, "request">;
  readonly clock: Clock;
  readonly retention?: Retention;
  /** Records were forgotten. */
  forgotten(expired: Expired): void;
}

/** Has the worker forget records: at the start, each minute, and when there are too many; a slice at a time, between appends. */
export class Expiry {
  readonly #options: ExpiryOptions;
  #timer: Subscription | undefined;
  #running = false;
  #stopped = false;

  constructor(options: ExpiryOptions) {
    this.#options = options;
  }

  start(): void {
    const { ageMs, bytes, compacted } = this.#options.retention ?? {};
    if (ageMs === undefined && bytes === undefined && compacted === undefined) return;
    this.#run();
  }

  /** Takes note of how many bytes the log holds. */
  weigh(bytes: number): void {
    if (bytes > (this.#options.retention?.bytes ?? Infinity) * SURPLUS) this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.unsubscribe();
  }

  async #run(): Promise<void> {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    this.#timer?.unsubscribe();
    const { link, retention = {}, clock: { scheduler }, forgotten } = this.#options;
    const { ageMs = Infinity, bytes = Infinity, compacted = [] } = retention;
    try {
      for (let more = true; more && !this.#stopped;) {
        const now = scheduler.now();
        const expired = await link.request("expire", {
          before: now - ageMs,
          bytes,
          compacted,
          tombstones: now - TOMBSTONE_MS,
        });
        forgotten(expired);
        more = expired.more;
      }
    } catch {
      // What is wrong with the disk shows at the next append; the next minute is soon enough for this.
    }
    this.#running = false;
    if (!this.#stopped) this.#timer = scheduler.schedule(() => void this.#run(), EVERY_MS);
  }
}
