import type { SchedulerLike, Subscription } from "rxjs";
import type { OutMessage } from "./out_message.ts";
import type { Socket } from "./socket.ts";

/** How often a socket that has bytes waiting is asked whether it has taken them, in milliseconds: at first, and at last. */
const POLL_MS = { first: 2, last: 100 };

/**
 * A WebSocket of `Deno.upgradeWebSocket` that is open.
 *
 * The API cannot stop reading, sends pings by its own time alone, does not say when a message was taken, and cannot end a connection
 * whose client does not read: such a socket is given up, and stays until the system finds that the client is gone.
 */
export class NativeSocket implements Socket {
  readonly #webSocket: WebSocket;
  readonly #scheduler: SchedulerLike;
  readonly #givenUp: () => void;
  #poll: Subscription | undefined;

  /** `givenUp` is told once {@linkcode terminate} was called. */
  constructor(webSocket: WebSocket, options: { scheduler: SchedulerLike; givenUp: () => void }) {
    this.#webSocket = webSocket;
    this.#scheduler = options.scheduler;
    this.#givenUp = options.givenUp;
  }

  get readyState(): number {
    return this.#webSocket.readyState;
  }

  get bufferedAmount(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(message: OutMessage, written: () => void): void {
    this.#webSocket.send(message.binary ? message.bytes as Uint8Array<ArrayBuffer> : message.text);
    this.#poll ??= this.#watch(written);
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  terminate(): void {
    this.stop();
    this.#givenUp();
  }

  /** Ends what the socket does by itself: once it is gone. */
  stop(): void {
    this.#poll?.unsubscribe();
    this.#poll = undefined;
  }

  #watch(written: () => void): Subscription {
    const webSocket = this.#webSocket;
    const ended = () => this.#poll = undefined;
    let before = webSocket.bufferedAmount;
    let waitMs = POLL_MS.first;
    return this.#scheduler.schedule(function () {
      const now = webSocket.bufferedAmount;
      waitMs = now < before ? POLL_MS.first : Math.min(2 * waitMs, POLL_MS.last);
      const taken = now < before || now === 0;
      before = now;
      if (now === 0 || webSocket.readyState !== WebSocket.OPEN) ended();
      else this.schedule(undefined, waitMs);
      // Last: more may be sent from within.
      if (taken) written();
    }, waitMs);
  }
}
