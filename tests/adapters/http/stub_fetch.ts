/** A server in the place of `fetch`, and a clock that the test moves. */
import { TestClock } from "./test_clock.ts";

/** One request that was made. */
export interface Asked {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
}

/** Answers requests by a list of answers, the last one for ever, and keeps them. */
export class StubServer {
  readonly clock: TestClock = new TestClock();
  readonly asked: Asked[] = [];
  readonly #answers: (() => Response | Promise<Response>)[];

  constructor(...answers: (() => Response | Promise<Response>)[]) {
    this.#answers = answers;
  }

  /** In the place of `fetch`. */
  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const answer = this.#answers[Math.min(this.asked.length, this.#answers.length - 1)]!;
    this.asked.push({ url, init, headers: new Headers(init.headers) });
    const aborted = new Promise<never>((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    });
    return await Promise.race([answer(), aborted]);
  };

  /** What every source and sink takes. */
  get options() {
    return {
      fetch: this.fetch,
      scheduler: this.clock.scheduler,
      random: () => 0.5,
      minRetryMs: 1000,
      maxRetryMs: 8000,
    };
  }

  /** Lets what is under way happen, then time pass. */
  async pass(ms = 0): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.clock.advance(ms);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A stream of events: each text is a piece; the end breaks it off, ends it, or leaves it open. */
export function events(pieces: readonly (string | Uint8Array)[], end: "open" | "end" | "break" = "end"): Response {
  const queue = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = queue.shift();
      if (next !== undefined) controller.enqueue(typeof next === "string" ? new TextEncoder().encode(next) : next);
      else if (end === "end") controller.close();
      else if (end === "break") controller.error(new TypeError("the connection was reset"));
      else return new Promise(() => {});
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
