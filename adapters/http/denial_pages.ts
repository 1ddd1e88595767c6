/** The pages by which operators deny users and tokens, and let them in again. */
import type { SchedulerLike } from "rxjs";
import { type Denial, denialKey, type Denied } from "../../domain/deny_list.ts";
import { answer, jsonBody, refuse } from "./answer.ts";
import { denialOf, DENIALS_PATH, deniedOf, LONGEST_DENIAL } from "./denial_request.ts";
import { readBody } from "./read_body.ts";

/** What {@linkcode denialPages} needs. */
export interface DenialPagesOptions {
  /** Writes a denial, or a tombstone for `null`; resolves when it is in the log, rejects with the reason where it is not known to be. */
  readonly write: (denied: Denied, denial: Denial | null) => Promise<void>;
  readonly scheduler: SchedulerLike;
}

/** A body must be here within this time, in milliseconds. */
const BODY_MS = 5_000;

/**
 * `PUT /denials/user/<id>` denies and answers 200 with what is denied, and until when; `DELETE` lets in again. 503 where the log did not
 * take it: to be sent again.
 *
 * A page of another site cannot ask for either: a browser asks first whether it may, and is told nothing.
 */
export function denialPages({ write, scheduler }: DenialPagesOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    const denied = deniedOf(pathname);
    if (!denied) {
      const message = `Cannot tell who ${pathname.slice(0, 200)} is: expected ${DENIALS_PATH}user/ID or token/ID`;
      return refuse(request, 404, { message });
    }
    const key = denialKey(denied);
    if (request.method === "DELETE") return await written(request, { denied, denial: null, told: { allowed: key } });
    if (request.method !== "PUT") {
      const message = `Cannot ${request.method.slice(0, 20)} a denial: use PUT or DELETE`;
      return refuse(request, 405, { message, headers: { allow: "PUT, DELETE" } });
    }
    const body = await readBody(request, { maxBytes: LONGEST_DENIAL, withinMs: BODY_MS, scheduler });
    if (!(body instanceof Uint8Array)) return refuse(request, body.status, { message: body.error.message });
    const denial = denialOf(new TextDecoder().decode(body), scheduler.now());
    if (typeof denial === "string") return refuse(request, 400, { message: `Cannot deny ${key}: ${denial}` });
    return await written(request, { denied, denial, told: { denied: key, ...denial } });
  };

  async function written(
    request: Request,
    { denied, denial, told }: { denied: Denied; denial: Denial | null; told: unknown },
  ): Promise<Response> {
    try {
      await write(denied, denial);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return refuse(request, 503, { message, headers: { "retry-after": "1" } });
    }
    return answer(request, jsonBody(told));
  }
}
