import { BehaviorSubject, endWith, filter, ignoreElements, map, type Observable, Subject, take, takeUntil } from "rxjs";
import type { Disconnect } from "../domain/disconnect.ts";
import type { ClientFrame, RequestId, ServerFrame } from "../domain/frame.ts";
import type { Codec } from "../domain/ports/codec.ts";
import type { Connection, Effect } from "../domain/ports/transport.ts";
import type { Publication } from "../domain/publication.ts";
import { jsonOf, payloadValue } from "./payload_value.ts";
import { frameOf, messageOf, testCodec } from "./test_codec.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** A client's request that the gateway answers, without its `id`. */
export type RequestFrame = ClientFrame extends infer Frame
  ? Frame extends { readonly id: RequestId } ? Omit<Frame, "id"> : never
  : never;

/** How a client is connected. */
export interface TestClientOptions {
  /** What is known of the client before its first frame. */
  readonly admission: Connection["admission"];
  /** Default: {@linkcode testCodec}. */
  readonly codec?: Codec;
  /** Its time, and the gateway's. Default: one of its own. */
  readonly clock?: VirtualClock;
}

/**
 * A connected client, with all that it got. What it sends is JSON as on the wire, and what it got was JSON before.
 *
 * `publish`, `subscribe` and `request` come back with the answer, as no time passes while a message goes through a gateway in virtual
 * time; the answer is `undefined` where it takes longer, such as while the log is away. `send` only sends.
 */
export class TestClient implements Connection {
  /** The session's id. */
  readonly session: string;
  /** What was known of the client when it came. */
  readonly admission: Connection["admission"];
  /** How its frames become bytes. */
  readonly codec: Codec;
  readonly #clock: VirtualClock;
  readonly #received: ServerFrame[] = [];
  readonly #reading: ("pause" | "resume")[] = [];
  readonly #messages = new Subject<string>();
  readonly #room = new BehaviorSubject(true);
  #closed: Disconnect | undefined;
  #requests = 0;

  /** A client that a transport hands to a gateway; {@linkcode MemoryTransport} makes them. */
  constructor(session: string, { admission, codec = testCodec, clock = new VirtualClock() }: TestClientOptions) {
    this.session = session;
    this.admission = admission;
    this.codec = codec;
    this.#clock = clock;
  }

  /** What the client has sent, for the gateway. */
  get messages(): Observable<string> {
    return this.#messages.asObservable();
  }

  /** Every frame that came, in order. */
  get received(): readonly ServerFrame[] {
    return this.#received;
  }

  /** The publications that came, in order. */
  get publications(): Publication[] {
    return this.#received.flatMap((frame) => frame.type === "publication" ? [frame.publication] : []);
  }

  /** The payloads that came, in order: JSON values, texts, bytes, and `null` for a tombstone. */
  get payloads(): unknown[] {
    return this.publications.map(({ payload }) => payloadValue(payload));
  }

  /** The payloads that came, as they were written, in order: JSON texts, texts, and `null` for a tombstone. */
  get texts(): (string | null)[] {
    return this.publications.map(({ payload }) =>
      payload === null ? null : payload.kind === "bytes" ? "" : payload.text
    );
  }

  /** How the gateway closed the connection; `undefined` while it is open, and where the client went by itself. */
  get closed(): Disconnect | undefined {
    return this.#closed;
  }

  /** When the gateway stopped reading from the client, and when it went on, in order. */
  get reading(): readonly ("pause" | "resume")[] {
    return this.#reading;
  }

  /** Whether there is room for more of a long replay: false where a test plays a client that reads slowly. */
  set room(room: boolean) {
    this.#room.next(room);
  }

  /** The newest frame of a type that came. */
  last<T extends ServerFrame["type"]>(type: T): Extract<ServerFrame, { type: T }> | undefined {
    return this.#received.findLast((frame): frame is Extract<ServerFrame, { type: T }> => frame.type === type);
  }

  /** Sends frames in one WebSocket message. */
  send(...frames: readonly ClientFrame[]): void {
    this.sendText(messageOf(frames));
  }

  /** Sends a WebSocket message as it stands. */
  sendText(message: string): void {
    this.#clock.act(() => this.#messages.next(message));
  }

  /** Sends a request, and comes back with its answer. */
  request(frame: RequestFrame): ServerFrame | undefined {
    const id = ++this.#requests;
    const before = this.#received.length;
    this.send({ ...frame, id });
    this.#clock.advance(0);
    return this.#received.slice(before).find((answer) => "id" in answer && answer.id === id);
  }

  /** Subscribes to a channel: from now on, or from a cursor, or from "earliest". */
  subscribe(channel: string, options: { readonly since?: string } = {}): ServerFrame | undefined {
    return this.request({ type: "subscribe", channel, ...options });
  }

  /**
   * Publishes a value to a channel, as JSON.
   *
   * @throws {TypeError} where JSON cannot say it
   */
  publish(channel: string, value: unknown, options: PublishOptions = {}): ServerFrame | undefined {
    return this.request({
      type: "publish",
      channel,
      payload: { kind: "json", text: jsonOf(value) },
      ...options,
    });
  }

  /** Publishes JSON texts to a channel, one after another, each as it stands. */
  publishJson(channel: string, ...texts: readonly string[]): void {
    for (const text of texts) this.request({ type: "publish", channel, payload: { kind: "json", text } });
  }

  /** The client goes away. */
  end(): void {
    this.#clock.act(() => this.#messages.complete());
  }

  /** `Transport.drained` of this connection. */
  get drained(): Observable<void> {
    const ended$ = this.#messages.pipe(ignoreElements(), endWith(undefined));
    return this.#room.pipe(filter((room) => room), take(1), map(() => undefined), takeUntil(ended$));
  }

  /** Carries out what the gateway wants done to this connection. */
  take(effect: Effect): void {
    if (this.#closed) return;
    if (effect.kind === "send") this.#received.push(frameOf(effect.frame));
    else if (effect.kind === "close") {
      this.#closed = effect.disconnect;
      this.end();
    } else if (effect.kind !== "limit") this.#reading.push(effect.kind);
  }
}

/** What goes with a message besides its payload. */
export interface PublishOptions {
  /** The client's own name for the message: sent again, it counts once. */
  readonly messageId?: string;
  /** What goes with the message, for programs: text by name. */
  readonly headers?: Readonly<Record<string, string>>;
}
