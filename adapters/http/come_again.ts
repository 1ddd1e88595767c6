/** What a script's requests do when the other end cannot answer them now. */
import { concat, defer, ignoreElements, type MonoTypeOperatorFunction, type SchedulerLike, timer } from "rxjs";
import { retryWithJitter } from "../../streams/retry_with_jitter.ts";

/** A request that did not get an answer, or one that ends with it; worth another try. */
export class Interrupted extends Error {
  /** `Interrupted`. */
  override readonly name = "Interrupted";
  /** How long the other end wants to be left alone, in milliseconds; 0 where it did not say. */
  readonly afterMs: number;

  /** Of what was tried, and why it did not work. */
  constructor(message: string, options: { readonly afterMs?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.afterMs = options.afterMs ?? 0;
  }
}

/** An answer that says that the request is wrong: it would be answered so again. */
export class HttpRefused extends Error {
  /** `HttpRefused`. */
  override readonly name = "HttpRefused";
  /** The status code of the answer. */
  readonly status: number;
  /** The beginning of its body. */
  readonly body: string;

  /** Of what was tried, and how it was answered. */
  constructor(message: string, answer: { readonly status: number; readonly body?: string }) {
    super(message);
    this.status = answer.status;
    this.body = answer.body ?? "";
  }
}

/** How a script's requests are made and tried again. */
export interface AgainOptions {
  /** The longest first wait, in milliseconds; it doubles with each failure in a row. Default 500. */
  readonly minRetryMs?: number;
  /** The longest wait of all, in milliseconds. Default 30,000. */
  readonly maxRetryMs?: number;
  /** Is told of every failure that is tried again, and after how many milliseconds. */
  readonly interrupted?: (error: Error, waitMs: number) => void;
  /** Makes the requests. Default: the global `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Whose time it is. Default: that of this machine. */
  readonly scheduler?: SchedulerLike;
  /** From 0 (inclusive) to 1 (exclusive). Default: `Math.random`. */
  readonly random?: () => number;
}

/** Tries again what was {@linkcode Interrupted}: after what the other end asked for, and a random part of a wait that doubles. */
export function comeAgain<T>(
  options: AgainOptions & { readonly scheduler: SchedulerLike },
): MonoTypeOperatorFunction<T> {
  const { minRetryMs = 500, maxRetryMs = 30_000, interrupted, scheduler, random = Math.random } = options;
  return (source) =>
    defer(() => {
      let askedMs = 0;
      return defer(() => askedMs === 0 ? source : concat(timer(askedMs, scheduler).pipe(ignoreElements()), source))
        .pipe(
          retryWithJitter({
            minMs: minRetryMs,
            maxMs: maxRetryMs,
            random,
            scheduler,
            isWorthIt: (error) => error instanceof Interrupted,
            notify: (error, waitMs) => {
              askedMs = (error as Interrupted).afterMs;
              interrupted?.(error as Interrupted, waitMs + askedMs);
            },
          }),
        ) as typeof source;
    });
}

/** So much of the body of a refusal is kept, in characters. */
const BODY_LENGTH = 500;
/** What the other end asks for is believed up to this. */
const LONGEST_MS = 3_600_000;

/** What a status that is no good one means: an error to try again, or one that will stay. Reads the beginning of the body. */
export async function badAnswer(what: string, response: Response): Promise<Interrupted | HttpRefused> {
  const { status } = response;
  const body = await beginningOf(response);
  const message = `Cannot ${what}: HTTP ${status} ${body}`.trim();
  const isForNow = status >= 500 || status === 408 || status === 425 || status === 429;
  if (!isForNow) return new HttpRefused(message, { status, body });
  return new Interrupted(message, { afterMs: retryAfterMs(response.headers.get("retry-after")) });
}

async function beginningOf(response: Response): Promise<string> {
  let text = "";
  try {
    const pieces = response.body?.pipeThrough(new TextDecoderStream()) ?? [];
    for await (const piece of pieces as AsyncIterable<string>) {
      text += piece;
      if (text.length >= BODY_LENGTH) break;
    }
  } catch {
    // The status has said it.
  }
  return text.slice(0, BODY_LENGTH);
}

/** Seconds, or a date. */
function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, Math.min(ms, LONGEST_MS)) : 0;
}
