/** What an SQLite log does after its disk has failed. */
import type { Subscription } from "rxjs";
import type { Clock } from "../../../domain/ports/clock.ts";
import type { SqliteLink } from "./link.ts";
import type { Opened } from "./messages.ts";

const AGAIN_MS = 1_000;

/** What opening anew needs. */
export interface ReopeningOptions {
  readonly link: Pick<SqliteLink, "request">;
  readonly clock: Clock;
  readonly path: string;
  readonly topics: Readonly<Record<string, number>>;
  /** It failed again. */
  stillAway(reason: string): void;
  /** The file is open, and can be written. */
  back(opened: Opened): void;
}

/** Opens the file anew each second until it can be written. */
export class Reopening {
  readonly #options: ReopeningOptions;
  #timer: Subscription | undefined;
  #running = false;
  #stopped = false;

  constructor(options: ReopeningOptions) {
    this.#options = options;
  }

  /** Begins, unless it has begun. */
  start(): void {
    if (this.#timer || this.#running || this.#stopped) return;
    this.#timer = this.#options.clock.scheduler.schedule(() => {
      this.#timer = undefined;
      void this.#try();
    }, AGAIN_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.unsubscribe();
  }

  async #try(): Promise<void> {
    const { link, path, topics, stillAway, back } = this.#options;
    this.#running = true;
    try {
      const opened = await link.request("open", { path, topics });
      this.#running = false;
      if (!this.#stopped) back(opened);
    } catch (error) {
      this.#running = false;
      if (this.#stopped) return;
      stillAway(error instanceof Error ? error.message : String(error));
      this.start();
    }
  }
}
