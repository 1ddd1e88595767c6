/** Requests that outlive connections. */
import type { SchedulerLike, Subscription } from "rxjs";
import type { ClientFrame, ConnectFrame } from "../domain/frame.ts";
import type { Answer, ErrorJson, ServerJson } from "../schema/json/server_json.ts";
import { NoAnswer, RequestRefused } from "./errors.ts";

/** A frame that is answered. */
export type RequestFrame = Exclude<ClientFrame, ConnectFrame>;

/** An answer to a request. */
export type AnswerFrame = Answer<ServerJson>;

/** What a connected gateway takes. */
export interface Receiver {
  send(frames: readonly ClientFrame[]): void;
  /** Why the gateway would take a frame by no means; absent where it may. */
  refuse(frame: ClientFrame): string | undefined;
}

/** What requests need. */
export interface RequestsOptions {
  readonly scheduler: SchedulerLike;
  readonly random: () => number;
  readonly answerMs: number;
  /** How many may be open; one more is rejected. */
  readonly most: number;
}

interface Request {
  readonly frame: RequestFrame & { readonly id: number };
  readonly resolve: (answer: AnswerFrame) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: Subscription | undefined;
  sent: boolean;
}

/** How many are sent ahead of their answers. */
const IN_FLIGHT = 256;
/** The least wait before what was refused for now is sent again, in milliseconds. */
const SHORTEST_WAIT_MS = 200;

/**
 * Requests, each answered once whatever becomes of the connection. They are sent in the order in which they were made, also after a
 * re-connect; where the gateway refuses one for now, those behind it wait, so that the order is kept.
 */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #nextId: () => number;
  /** In order, as those that are to be sent are. */
  readonly #open = new Map<number, Request>();
  #unsent = new Map<number, Request>();
  #receiver: Receiver | undefined;
  #inFlight = 0;
  /** Something was refused for now: it is sent again after a wait, when nothing else is under way. */
  #held = false;
  #wait: Subscription | undefined;
  #ended: Error | undefined;

  /** @param nextId makes the ids of requests, 1 to 2^32-1, unique among those that are open */
  constructor(options: RequestsOptions, nextId: () => number) {
    this.#options = options;
    this.#nextId = nextId;
  }

  /** How many have no answer yet. */
  get size(): number {
    return this.#open.size;
  }

  /** Asks, and resolves with the answer; rejects with `RequestRefused`, `NoAnswer`, or what ended the client. */
  ask(frame: RequestFrame): Promise<AnswerFrame> {
    const { scheduler, answerMs, most } = this.#options;
    if (this.#ended) return Promise.reject(this.#ended);
    if (this.#open.size >= most) {
      return Promise.reject(new NoAnswer(`Cannot ${frame.type}: ${most} requests wait for their answers already`));
    }
    const id = this.#nextId();
    const { promise, resolve, reject } = Promise.withResolvers<AnswerFrame>();
    const deadline = answerMs === Infinity ? undefined : scheduler.schedule(() => this.#giveUp(id), answerMs);
    const request: Request = { frame: { ...frame, id }, resolve, reject, deadline, sent: false };
    this.#open.set(id, request);
    this.#unsent.set(id, request);
    this.#flush();
    return promise;
  }

  /** A gateway is there: everything without an answer is sent. */
  connected(receiver: Receiver): void {
    this.#receiver = receiver;
    this.#flush();
  }

  /** The gateway is gone. */
  lost(): void {
    this.#receiver = undefined;
    this.#inFlight = 0;
    this.#wait?.unsubscribe();
    this.#wait = undefined;
    this.#held = false;
    for (const request of this.#open.values()) request.sent = false;
    this.#unsent = new Map(this.#open);
  }

  /** Takes an answer; false where it is to no request of these. */
  take(answer: AnswerFrame): boolean {
    const request = this.#open.get(answer.id ?? 0);
    if (!request) return false;
    if (request.sent) this.#inFlight--;
    if ("error" in answer && isTemporary(answer.error)) this.#later(request, answer.error);
    else {
      this.#close(request);
      if ("error" in answer) request.reject(new RequestRefused(answer.error));
      else request.resolve(answer);
    }
    this.#flush();
    return true;
  }

  /** Rejects what is open, and all that comes. */
  end(error: Error): void {
    this.#ended = error;
    this.lost();
    for (const request of [...this.#open.values()]) {
      this.#close(request);
      request.reject(error);
    }
  }

  #later(request: Request, { retryAfterMs }: ErrorJson): void {
    const { scheduler, random } = this.#options;
    request.sent = false;
    const waitMs = Math.max(retryAfterMs, SHORTEST_WAIT_MS) * (1 + random());
    this.#held = true;
    this.#wait?.unsubscribe();
    this.#wait = scheduler.schedule(() => {
      this.#wait = undefined;
      this.#flush();
    }, waitMs);
  }

  #flush(): void {
    const receiver = this.#receiver;
    if (!receiver || !this.#isFree()) return;
    const frames: RequestFrame[] = [];
    for (const request of this.#unsent.values()) {
      if (this.#inFlight >= IN_FLIGHT) break;
      const refusal = receiver.refuse(request.frame);
      if (refusal === undefined) {
        this.#unsent.delete(request.frame.id);
        request.sent = true;
        this.#inFlight++;
        frames.push(request.frame);
      } else {
        this.#close(request);
        request.reject(new RequestRefused({ code: "too_large", message: refusal }));
      }
    }
    if (frames.length > 0) receiver.send(frames);
  }

  /** Whether anything may be sent now; puts what was refused in its place again. */
  #isFree(): boolean {
    if (!this.#held) return true;
    if (this.#wait || this.#inFlight > 0) return false;
    this.#held = false;
    this.#unsent = new Map([...this.#open].filter(([, { sent }]) => !sent));
    return true;
  }

  #giveUp(id: number): void {
    const request = this.#open.get(id);
    if (!request) return;
    if (request.sent) this.#inFlight--;
    this.#close(request);
    const { frame } = request;
    const seconds = this.#options.answerMs / 1000;
    request.reject(
      frame.type === "publish"
        ? new NoAnswer(
          `No answer to the publish to ${frame.channel} in ${seconds} s: it may have been written, or not; publish it again with the same messageId`,
          { messageId: frame.messageId },
        )
        : new NoAnswer(`No answer to the ${frame.type} request in ${seconds} s`),
    );
    this.#flush();
  }

  #close(request: Request): void {
    this.#open.delete(request.frame.id);
    this.#unsent.delete(request.frame.id);
    request.deadline?.unsubscribe();
  }
}

function isTemporary({ retry }: ErrorJson): boolean {
  return retry === "wait" || retry === "retry";
}
