import { EMPTY, type Observable } from "rxjs";
import { type Disconnect, disconnect } from "../../domain/disconnect.ts";
import type { ServerFrame } from "../../domain/frame.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Connection } from "../../domain/ports/transport.ts";
import { RESUME_HEADER } from "./cors.ts";
import { frameBody } from "./event_codec.ts";
import { FirstMessage } from "./first_message.ts";
import type { HttpAnswer, HttpConnection, Quay } from "./http_connection.ts";
import type { PublishRequest } from "./publish_request.ts";
import { type Hints, refusalOf, refusalOfEnd } from "./refusal.ts";

/** What a publish over HTTP is made of. */
export interface AcceptedPublish extends Pick<Connection, "session" | "admission" | "payer"> {
  readonly request: PublishRequest;
  readonly body: Uint8Array;
}

const HINTS: Hints = {
  bad_payload: "the content type says the kind: application/json, text/plain or application/octet-stream",
  unavailable: "over HTTP the messageId is the Idempotency-Key",
};

/** A `POST /publish`, as the domain sees it: a client that publishes once and leaves with the answer. */
export class PublishConnection implements HttpConnection {
  readonly session: string;
  readonly admission: Connection["admission"];
  readonly payer: string | undefined;
  readonly ownChannels = false;
  readonly queuedBytes = 0;
  /** Of this request alone: it knows what the frames were that it has encoded. */
  readonly codec: Codec;
  readonly answer: Promise<HttpAnswer>;
  readonly #quay: Quay;
  readonly #first: FirstMessage;
  readonly #frames = new Map<Uint8Array, ServerFrame>();
  readonly #tell: (answer: HttpAnswer) => void;
  #resume: string | undefined;
  #answered = false;
  #left = false;

  constructor({ session, admission, payer, request, body }: AcceptedPublish, quay: Quay) {
    this.session = session;
    this.admission = admission;
    this.payer = payer;
    this.#quay = quay;
    this.#first = new FirstMessage(body);
    this.codec = {
      name: "publish",
      subprotocol: "",
      binary: true,
      separatorBytes: 0,
      decode: () => request.decode(body),
      encode: (frame) => {
        const bytes = new Uint8Array();
        this.#frames.set(bytes, frame);
        return bytes;
      },
      join: (frames) => frames[0]!,
    };
    const { promise, resolve } = Promise.withResolvers<HttpAnswer>();
    this.answer = promise;
    this.#tell = resolve;
  }

  /** The body, and the end. */
  get messages(): Observable<string | Uint8Array> {
    return this.#first.messages;
  }

  queue(bytes: Uint8Array): void {
    const frame = this.#frames.get(bytes);
    if (frame?.type === "connected") this.#resume = frame.resume;
    else if (frame?.type === "error") this.#finish(refusalOf(frame.failure, HINTS));
    else if (frame?.type === "published") {
      const headers = {
        "content-type": "application/json; charset=utf-8",
        ...(this.#resume === undefined ? {} : { [RESUME_HEADER]: this.#resume }),
      };
      this.#finish({ headers, body: frameBody(frame) + "\n" });
    }
  }

  end(reason: Disconnect): void {
    this.#finish(refusalOfEnd(reason, "publish"));
  }

  abandon(): void {
    this.end(disconnect("normal"));
  }

  flush(): void {
    if (!this.#answered || this.#left) return;
    this.#left = true;
    this.#first.end();
    this.#frames.clear();
    this.#quay.left(this);
  }

  tick(): void {
    // The log answers every append within its own deadline.
  }

  drained(): Observable<void> {
    return EMPTY;
  }

  #finish(answer: HttpAnswer): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#tell(answer);
    this.#quay.touch(this);
  }
}
