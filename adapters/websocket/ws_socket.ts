import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import type { WebSocket } from "ws";
import type { OutMessage } from "./out_message.ts";
import type { Socket } from "./socket.ts";

/** A ping without a payload, as a server's frame (RFC 6455): all connections share it. */
const PING = Buffer.from([0x89, 0]);

/**
 * A WebSocket of `ws`, whose messages are written to its stream as the frames that they share: by `ws` each connection would make a
 * header of its own, and hand two pieces to the system.
 *
 * `ws` writes frames whole and at once, as nothing is compressed, so that these stand between its own: pongs, and the close.
 */
export class WsSocket implements Socket {
  readonly #webSocket: WebSocket;
  readonly #stream: Duplex;

  /** `stream`: what the WebSocket was upgraded on. */
  constructor(webSocket: WebSocket, stream: Duplex) {
    this.#webSocket = webSocket;
    this.#stream = stream;
  }

  get readyState(): number {
    return this.#webSocket.readyState;
  }

  get bufferedAmount(): number {
    return this.#stream.writableLength;
  }

  send(message: OutMessage, written: (error?: Error | null) => void): void {
    this.#stream.write(message.frame, written);
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  ping(): void {
    this.#stream.write(PING);
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }
}
