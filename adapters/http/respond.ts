/** Answers as responses. */
import { accepts } from "@std/http/negotiation";
import { STATUS_CODE } from "@std/http/status";
import { answer as plainAnswer, jsonBody } from "./answer.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { plainEvent } from "./event_codec.ts";
import type { HttpAnswer } from "./http_connection.ts";
import { type HttpRefusal, refusalHeaders, refuseHttp } from "./refusal.ts";
import type { Resource } from "./resource.ts";

/** What a request is answered by. */
export interface Responder {
  readonly resource: Pick<Resource, "method" | "type">;
  /** Whether the page of the request, if it is of one, may read the answer. */
  readonly isPageAllowed: boolean;
  /** Carries the request out; never rejects. */
  readonly attend: () => Promise<HttpAnswer>;
}

/** The response to a request: preflights, wrong methods and unwanted types are answered here, the rest is carried out. */
export async function respond(request: Request, responder: Responder): Promise<Response> {
  const { resource, isPageAllowed, attend } = responder;
  const methods = [resource.method, "OPTIONS"];
  const cors = isPageAllowed ? corsHeaders(request) : {};
  if (request.method === "OPTIONS") {
    const preflight = isPageAllowed ? preflightHeaders(request, methods) : {};
    return new Response(null, {
      status: STATUS_CODE.NoContent,
      headers: { allow: methods.join(", "), ...cors, ...preflight },
    });
  }
  const answer = refuseEarly(request, resource) ?? await attend();
  if (!("status" in answer)) {
    return new Response(answer.body as BodyInit, { headers: { ...answer.headers, ...SAFE, ...cors } });
  }
  return isForEventSource(request, answer) ? endAtOnce(answer, cors) : refused(request, answer, cors);
}

const SAFE = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" };

function refuseEarly(request: Request, { method, type }: Responder["resource"]): HttpRefusal | undefined {
  if (request.method !== method) {
    const message = `Cannot ${request.method.slice(0, 20)} here: use ${method}`;
    return refuseHttp("MethodNotAllowed", "bad_request", { message, headers: { allow: `${method}, OPTIONS` } });
  }
  if (type === undefined || accepts(request, type)) return undefined;
  return refuseHttp("NotAcceptable", "bad_request", {
    message: `Cannot answer as accept has it: expected ${type} in it`,
  });
}

function refused(request: Request, refusal: HttpRefusal, cors: Record<string, string>): Response {
  return plainAnswer(request, jsonBody({ error: refusal.error }), {
    status: refusal.status,
    headers: { ...refusalHeaders(refusal), ...cors },
  });
}

/** Whether an `EventSource` would give up for good over what will pass: it comes again after no status but 200. */
function isForEventSource(request: Request, { status }: HttpRefusal): boolean {
  const isForNow = status >= STATUS_CODE.InternalServerError;
  return isForNow && request.method === "GET" && /\btext\/event-stream\b/i.test(request.headers.get("accept") ?? "");
}

/** A stream that says why it ends at once, and when to come again. */
function endAtOnce({ error }: HttpRefusal, cors: Record<string, string>): Response {
  const retry = `retry: ${Math.max(1000, error.retryAfterMs)}\n`;
  return new Response(retry + new TextDecoder().decode(plainEvent("refused", error)), {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", ...SAFE, ...cors },
  });
}
