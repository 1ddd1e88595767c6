/** What browsers ask before, and of, a request of a page of another origin. */

/** The header by which an anonymous user is told, and tells, who it is. */
export const RESUME_HEADER = "tidegate-resume";

/** A request header that begins so becomes a header of the message, without it. */
export const MESSAGE_HEADER_PREFIX = "tidegate-header-";

/** The headers of their own that pages may send. */
const MAY_SEND = ["authorization", "content-type", "idempotency-key", "last-event-id", RESUME_HEADER];

/** How long a browser may remember a preflight, in seconds. */
const REMEMBER_SECONDS = 600;

/**
 * The headers that let the page of a request read the answer; the page's origin was found to be allowed. There are no cookies of
 * the gateway's, so nothing is said of credentials.
 */
export function corsHeaders(request: Request): Record<string, string> {
  const origin = request.headers.get("origin");
  if (origin === null) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": `${RESUME_HEADER}, retry-after`,
    vary: "origin",
  };
}

/** The headers of the answer to a preflight: what pages may do with a resource that has these methods. */
export function preflightHeaders(request: Request, methods: readonly string[]): Record<string, string> {
  const asked = (request.headers.get("access-control-request-headers") ?? "").toLowerCase().split(",");
  const ofMessages = asked.map((name) => name.trim()).filter(isMessageHeader);
  return {
    "access-control-allow-methods": methods.join(", "),
    "access-control-allow-headers": [...MAY_SEND, ...ofMessages].join(", "),
    "access-control-max-age": String(REMEMBER_SECONDS),
    vary: "origin, access-control-request-headers",
  };
}

function isMessageHeader(name: string): boolean {
  return name.startsWith(MESSAGE_HEADER_PREFIX) && /^[a-z0-9-]{1,100}$/.test(name);
}
