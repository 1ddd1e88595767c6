/** A WebSocket client that speaks Cap'n Proto. */
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import type { ClientFrame, ServerFrame } from "../../domain/frame.ts";
import { encodeClientFrame } from "../../schema/capnp/client.ts";
import { decodeServerFrames } from "../../schema/capnp/decode_server_frames.ts";

/** A frame of one type. */
export type Told<Type extends ServerFrame["type"]> = Extract<ServerFrame, { readonly type: Type }>;

/** One connection, with everything that came over it. */
export class CapnpClient implements AsyncDisposable {
  readonly frames: ServerFrame[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;
  #waiting: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => {
      if (!isBinary) throw new TypeError("Cannot take a text message: expected a binary one");
      this.frames.push(...decodeServerFrames(data as Uint8Array));
      this.#look();
    });
    socket.on("close", (code, reason) => {
      this.closed = { code, reason: String(reason) };
      this.#look();
    });
    socket.on("error", () => {});
  }

  /** Connects as a user. */
  static open(url: string, user: string): Promise<CapnpClient> {
    const socket = new WebSocket(url, ["tidegate.v1.capnp"], { headers: { user_id: user } });
    const client = new CapnpClient(socket);
    return new Promise((resolve, reject) => socket.on("open", () => resolve(client)).on("error", reject));
  }

  /** Sends frames in one message. */
  send(...frames: readonly ClientFrame[]): void {
    this.sendRaw(new Uint8Array(frames.flatMap((frame) => [...encodeClientFrame(frame)])));
  }

  sendRaw(message: string | Uint8Array): void {
    this.#socket.send(message);
  }

  /** The first frame of a type that has come, or comes, and holds what is asked. */
  async first<Type extends ServerFrame["type"]>(
    type: Type,
    check: (frame: Told<Type>) => boolean = () => true,
  ): Promise<Told<Type>> {
    const find = () => this.frames.find((frame) => frame.type === type && check(frame as Told<Type>)) as Told<Type>;
    await this.until(() => find() !== undefined);
    return find();
  }

  /** Resolves when the condition holds; rejects with what came after half a minute. */
  async until(check: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (check()) resolve();
    };
    this.#waiting.push(look);
    look();
    const timer = setTimeout(() => {
      const { frames, closed } = this;
      reject(new Error(`Waited for ${check}: ${JSON.stringify({ frames: frames.slice(-3), closed })}`));
    }, 30_000);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting = this.#waiting.filter((other) => other !== look);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return;
    this.#socket.close(1000);
    await this.until(() => this.closed !== undefined);
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
