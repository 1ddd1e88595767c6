import type { OutMessage } from "./out_message.ts";

/** A WebSocket as a connection uses it, whatever the API under it. */
export interface Socket {
  /** As in the WHATWG API: {@linkcode OPEN} while messages can be sent. */
  readonly readyState: number;
  /** How many bytes were handed over that the system has not taken. */
  readonly bufferedAmount: number;
  /**
   * Hands a message over. `written` is called when the system may have taken it, with the error where it cannot; one call may stand
   * for several messages.
   */
  send(message: OutMessage, written: (error?: Error | null) => void): void;
  /** Sends a close frame behind what was handed over. */
  close(code: number, reason: string): void;
  /** Frees the socket without waiting for its client; where the API cannot, gives it up as gone. */
  terminate(): void;
  /** Asks for a sign of life; absent where the API does so by itself. */
  ping?(): void;
  /** Stops reading; absent where the API cannot. */
  pause?(): void;
  /** Goes on reading. */
  resume?(): void;
}

/** The `readyState` of an open WebSocket. */
export const OPEN = 1;
