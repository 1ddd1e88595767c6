import type { Observable } from "rxjs";
import { type Disconnect, disconnect } from "../../domain/disconnect.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Connection, Spare } from "../../domain/ports/transport.ts";
import { concatenate } from "../../schema/capnp/concatenate.ts";
import { Backlog } from "../transport/backlog.ts";
import { eventCodec, meaningOf, plainEvent, unnumberedEventCodec } from "./event_codec.ts";
import type { EventsRequest } from "./events_request.ts";
import { FirstMessage } from "./first_message.ts";
import type { HttpAnswer, HttpConnection, Quay } from "./http_connection.ts";
import type { Peer } from "./peer.ts";
import { type HttpRefusal, refusalOf, refusalOfEnd } from "./refusal.ts";
import { StreamPlaces } from "./stream_places.ts";

/** What a stream of events is made of. */
export interface AcceptedEvents extends Pick<Connection, "session" | "admission" | "payer"> {
  readonly request: EventsRequest;
  readonly peer: Peer;
  /** From 0 (inclusive) to 1 (exclusive): spreads what many streams do at once. */
  readonly phase: number;
}

/** A piece of a stream stays under so many bytes, unless a single event is larger. */
const PIECE_BYTES = 64 * 1024;
/** A queue over its limit for so long makes a slow consumer, even if nothing more is queued. */
const OVER_MS = 2_000;
/** A client whose stream breaks comes back after this time at the least, and after twice that at the most. */
const RETRY_MS = 1_000;

const utf8 = new TextEncoder();
const PING = utf8.encode(": ping\n\n");

const HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // nginx would hold events back until it has some kilobytes of them.
  "x-accel-buffering": "no",
};

/** A `GET /events`, as the domain sees it: a client that subscribes and listens. */
export class EventStream implements HttpConnection {
  readonly session: string;
  readonly admission: Connection["admission"];
  readonly payer: string | undefined;
  readonly ownChannels = false;
  readonly codec: Codec;
  readonly answer: Promise<HttpAnswer>;
  readonly #quay: Quay;
  readonly #peer: Peer;
  readonly #first: FirstMessage;
  readonly #places: StreamPlaces | undefined;
  readonly #backlog: Backlog;
  readonly #tell: (answer: HttpAnswer) => void;
  readonly #phase: number;
  /** The body, while it is read from and there was nothing to read. */
  #hungry: ReadableStreamDefaultController<Uint8Array> | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #begun: "no" | "wanted" | "yes" = "no";
  #refusal: HttpRefusal | undefined;
  #ending: Disconnect | undefined;
  #left = false;
  /** Half of the limit to all of it: a crowd that came at once is not pinged at once. */
  readonly #pingMs: number;
  #pingAt: number;
  #overSince: number | undefined;
  #hangUpAt = Infinity;

  constructor({ session, admission, payer, request, peer, phase }: AcceptedEvents, quay: Quay) {
    this.session = session;
    this.admission = admission;
    this.payer = payer;
    this.#quay = quay;
    this.#peer = peer;
    this.#phase = phase;
    this.#first = new FirstMessage(request.message);
    this.#places = request.channels.length > 1 ? new StreamPlaces(request) : undefined;
    this.codec = this.#places ? unnumberedEventCodec : eventCodec;
    this.#backlog = new Backlog({
      separatorBytes: 0,
      limits: quay.limits,
      ahead: () => 0,
      isOpen: () => !this.#left,
      spared: quay.spared,
    });
    this.#pingMs = quay.limits.pingSeconds * 1000 * (1 + phase) / 2;
    this.#pingAt = quay.sweep.now + this.#pingMs;
    const { promise, resolve } = Promise.withResolvers<HttpAnswer>();
    this.answer = promise;
    this.#tell = resolve;
  }

  /** What is subscribed to, and the end. */
  get messages(): Observable<string | Uint8Array> {
    return this.#first.messages;
  }

  get queuedBytes(): number {
    return this.#backlog.bytes;
  }

  queue(frame: Uint8Array, spare?: Spare): void {
    if (this.#ending || this.#left) return;
    const meaning = meaningOf(frame);
    if (meaning?.type === "error" && this.#begun !== "yes") this.#refusal ??= refusalOf(meaning.failure);
    if (this.#begun === "no" && meaning?.type !== "connected") this.#begun = "wanted";
    const id = meaning && this.#places?.idAfter(meaning);
    // With its id in one piece: they are left out together.
    const event = id ? concatenate([utf8.encode(id), frame]) : frame;
    if (!this.#backlog.push(event, spare)) this.#giveUp();
    // All or nothing: who asked for a channel that it does not get is to ask again.
    if (meaning?.type === "error") this.#ending ??= disconnect("normal");
    this.#quay.touch(this);
  }

  end(reason: Disconnect): void {
    if (this.#ending || this.#left) return;
    this.#ending = reason;
    if (this.#begun === "yes") {
      const { code, name, retry, detail } = reason;
      this.#backlog.push(
        plainEvent("disconnected", { code, name, retry, ...(detail === undefined ? {} : { detail }) }),
      );
    } else if (this.#begun === "no") {
      this.#refusal ??= refusalOfEnd(reason, "send events");
    }
    this.#quay.touch(this);
  }

  abandon(): void {
    this.#leave();
  }

  flush(): void {
    this.#backlog.endTurn();
    if (this.#left) return;
    if (this.#ending) this.#first.end();
    if (this.#refusal && this.#begun !== "yes") return this.#leave();
    if (this.#hangUpAt === 0) return this.#hangUp();
    if (this.#begun === "wanted") this.#begin();
    if (this.#ending && this.#hangUpAt === Infinity) {
      this.#hangUpAt = this.#quay.sweep.after(this.#quay.limits.closeSeconds * 1000);
    }
    this.#pump();
  }

  tick(): void {
    const { sweep } = this.#quay;
    if (sweep.now >= this.#hangUpAt) return this.#hangUp();
    if (this.#ending || this.#begun !== "yes") return;
    if (!this.#backlog.overLimit) this.#overSince = undefined;
    else if (sweep.now - (this.#overSince ??= sweep.now) >= OVER_MS && !this.#backlog.spare()) return this.#giveUp();
    if (sweep.now < this.#pingAt) return;
    this.#pingAt = sweep.now + this.#pingMs;
    if (this.#backlog.empty) this.#backlog.push(PING);
    this.#pump();
  }

  drained(): Observable<void> {
    return this.#backlog.drained();
  }

  #begin(): void {
    this.#begun = "yes";
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        controller.enqueue(utf8.encode(`retry: ${Math.floor(RETRY_MS * (1 + this.#phase))}\n\n`));
      },
      pull: (controller) => {
        this.#hungry = controller;
        this.#pump();
      },
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 });
    this.#tell({ headers: HEADERS, body });
  }

  /** Gives the client the next piece, where it has read the one before. */
  #pump(): void {
    if (this.#left) return;
    if (this.#hungry && !this.#backlog.empty) {
      const controller = this.#hungry;
      this.#hungry = undefined;
      this.#pingAt = this.#quay.sweep.now + this.#pingMs;
      controller.enqueue(concatenate(this.#backlog.take(PIECE_BYTES)));
    }
    if (this.#ending && this.#backlog.empty && this.#controller) {
      this.#controller.close();
      this.#leave();
    }
    this.#backlog.settle();
  }

  /** Ends, with this turn, a stream whose client does not take what it is sent. */
  #giveUp(): void {
    this.#ending = disconnect("slow_consumer");
    this.#backlog.clear();
    this.#hangUpAt = 0;
    if (this.#begun !== "yes") this.#refusal = refusalOfEnd(this.#ending, "send events");
    this.#quay.touch(this);
  }

  #hangUp(): void {
    this.#leave();
    if (this.#peer.hangUp) this.#peer.hangUp();
    else this.#controller?.error(new Error("the client did not take its events in time"));
  }

  /** Frees everything, once. */
  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    // Nobody reads it; who waits for it is let go.
    if (this.#begun !== "yes") this.#tell(this.#refusal ?? refusalOfEnd(disconnect("normal"), "send events"));
    this.#hungry = undefined;
    this.#backlog.clear();
    this.#backlog.end();
    this.#first.end();
    this.#quay.left(this);
  }
}
