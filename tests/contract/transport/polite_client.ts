/** A WebSocket client that behaves: the runtime's own. */
import type { Address } from "./raw_client.ts";
import { until } from "./until.ts";

/** An open WebSocket that keeps what it gets. */
export class PoliteClient {
  /** The messages that came, in order. */
  readonly messages: (string | ArrayBuffer)[] = [];
  /** How it was closed, once it was. */
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.messages.push(event.data);
    socket.onclose = (event) => this.closed = { code: event.code, reason: event.reason };
  }

  /** Connects. */
  static async open(address: Address, protocols: string[] = []): Promise<PoliteClient> {
    const client = new PoliteClient(new WebSocket(`ws://${address.hostname}:${address.port}/ws`, protocols));
    await until(
      "the WebSocket is open",
      () => client.#socket.readyState === WebSocket.OPEN || client.closed !== undefined,
    );
    return client;
  }

  /** The subprotocol that the server has chosen; empty where none. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Sends a message. */
  send(message: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(message);
  }

  /** The messages so far as text. */
  get texts(): string[] {
    const decoder = new TextDecoder();
    return this.messages.map((message) => typeof message === "string" ? message : decoder.decode(message));
  }

  /** Closes, and waits until it is closed. */
  async close(): Promise<void> {
    this.#socket.close(1000);
    await until("the WebSocket is closed", () => this.closed !== undefined);
  }
}
