import type { SchedulerLike } from "rxjs";
import { concatenate } from "../../schema/capnp/concatenate.ts";
import { type HttpRefusal, refuseHttp } from "./refusal.ts";

/** What a body is held to. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** Within this time all of it must be here, in milliseconds. */
  readonly withinMs: number;
  readonly scheduler: SchedulerLike;
}

/** The bytes of a request's body, or why they are not taken: too many (413), too slow (408), or cut off (400). Never throws. */
export async function readBody(request: Request, limits: BodyLimits): Promise<Uint8Array | HttpRefusal> {
  const { maxBytes, withinMs, scheduler } = limits;
  const tooLarge = () =>
    refuseHttp("ContentTooLarge", "too_large", {
      message: `Cannot take the body of this request: expected at most ${maxBytes} bytes`,
      // What still comes of it is not read.
      headers: { connection: "close" },
    });
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return tooLarge();
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  const leave = () => reader.cancel().catch(() => {});
  let late = false;
  const deadline = scheduler.schedule(() => {
    late = true;
    leave();
  }, withinMs);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (late) {
        const message = `Cannot wait for the body of this request: expected all of it within ${withinMs / 1000} s`;
        return refuseHttp("RequestTimeout", "bad_request", { message, headers: { connection: "close" } });
      }
      if (done) return concatenate(pieces);
      bytes += value.length;
      if (bytes > maxBytes) {
        leave();
        return tooLarge();
      }
      pieces.push(value);
    }
  } catch (error) {
    return refuseHttp("BadRequest", "bad_request", {
      message: `Cannot read the body of this request: ${String(error)}`,
    });
  } finally {
    deadline.unsubscribe();
  }
}
