import { MessageJoiner } from "./message_joiner.ts";
import type { WsConnection } from "./ws_connection.ts";

/**
 * Gathers what one turn of the event loop brings, and flushes it once at the turn's end.
 *
 * The end is `setImmediate`: it comes after the turn's I/O callbacks and all their microtasks. A microtask would be
 * too early, as the promises of a log client split what one response of the broker has brought into many of them; a
 * timer would add a millisecond or more.
 */
export class Turn {
  /** Shares messages between the connections that are flushed together. */
  readonly joiner: MessageJoiner = new MessageJoiner(() => this.#schedule());
  readonly #failed: (connection: WsConnection, error: unknown) => void;
  #touched: WsConnection[] = [];
  #end: ReturnType<typeof setImmediate> | undefined;
  #flushing = false;

  /** `failed` is told of a connection that could not be flushed; the others are flushed all the same. */
  constructor(failed: (connection: WsConnection, error: unknown) => void) {
    this.#failed = failed;
  }

  /** Flushes a connection at the end of the turn. */
  touch(connection: WsConnection): void {
    this.#touched.push(connection);
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#flushing) this.#end ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    const touched = this.#touched;
    this.#touched = [];
    this.#end = undefined;
    this.#flushing = true;
    for (const connection of touched) {
      try {
        connection.flush();
      } catch (error) {
        this.#failed(connection, error);
      }
    }
    this.#flushing = false;
    this.joiner.forget();
    if (this.#touched.length > 0) this.#schedule();
  }
}
