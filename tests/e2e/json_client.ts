/** A WebSocket client that speaks JSON by hand, as any client of a user would. */
// @ts-types="@types/ws"
import { WebSocket } from "ws";

/** A frame, as JSON.parse gives it. */
// deno-lint-ignore no-explicit-any -- tests look at frames as a script would
export type Json = any;

/** What a client connects with. */
export interface JsonClientOptions {
  /** The header `user_id`. */
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
}

/** One connection, with everything that came over it. */
export class JsonClient implements AsyncDisposable {
  /** Every frame that came, in order. */
  readonly frames: Json[] = [];
  /** The publications that came, by channel, in order. */
  readonly publications = new Map<string, Json[]>();
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (frame: Json) => void>();
  #waiting: { check: () => boolean; resolve: () => void }[] = [];
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      for (const line of String(data).split("\n")) this.#take(JSON.parse(line));
      this.#look();
    });
    socket.on("close", (code, reason) => {
      this.closed = { code, reason: String(reason) };
      for (const answer of this.#answers.values()) answer({ closed: this.closed });
      this.#look();
    });
    socket.on("error", () => {});
  }

  /** Connects; rejects with `HTTP <status> <body>` where the upgrade is refused. */
  static open(url: string, options: JsonClientOptions = {}): Promise<JsonClient> {
    const headers = { ...options.headers, ...(options.user ? { user_id: options.user } : {}) };
    const socket = new WebSocket(url, [...options.protocols ?? ["tidegate.v1.json"]], { headers });
    const client = new JsonClient(socket);
    return new Promise((resolve, reject) => {
      socket.on("open", () => resolve(client));
      socket.on("error", reject);
      socket.on("unexpected-response", (request, response) => {
        let body = "";
        response.on("data", (piece) => body += piece).on("end", () => {
          reject(new Error(`HTTP ${response.statusCode} ${body}`));
          request.destroy();
        });
      });
    });
  }

  /** The frame `connected`. */
  async connected(): Promise<Json> {
    await this.until(() => this.frames.some((frame) => frame.connected));
    return this.frames.find((frame) => frame.connected).connected;
  }

  send(...frames: readonly Json[]): void {
    this.#socket.send(frames.map((frame) => JSON.stringify(frame)).join("\n"));
  }

  /** Sends text, or bytes, as they are. */
  sendRaw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** Sends a request and resolves with its answer, or `{ closed }`. */
  request(frame: Json): Promise<Json> {
    const id = ++this.#id;
    return new Promise((resolve) => {
      if (this.closed) return resolve({ closed: this.closed });
      this.#answers.set(id, resolve);
      this.send({ id, ...frame });
    });
  }

  /** Resolves when the condition holds; looked at whenever a message came. Rejects with what came after half a minute. */
  async until(check: () => boolean, deadlineMs = 30_000): Promise<void> {
    if (check()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { check, resolve };
    this.#waiting.push(waiting);
    const timer = setTimeout(() => {
      const last = JSON.stringify(this.frames.slice(-3));
      reject(new Error(`Waited ${deadlineMs} ms for ${check}; closed: ${JSON.stringify(this.closed)}; last: ${last}`));
    }, deadlineMs);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.#socket.close(1000);
    await this.until(() => this.closed !== undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #take(frame: Json): void {
    this.frames.push(frame);
    if (frame.publication) {
      const { channel } = frame.publication;
      const list = this.publications.get(channel) ?? [];
      list.push(frame.publication);
      this.publications.set(channel, list);
    }
    this.#answers.get(frame.id)?.(frame);
    this.#answers.delete(frame.id);
  }

  #look(): void {
    for (const { check, resolve } of this.#waiting) if (check()) resolve();
  }
}
