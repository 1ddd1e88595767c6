import type { Telemetry } from "../../domain/ports/telemetry.ts";

/** A fetch handler that answers 500 where `fetch` fails, and tells the operator alone how. */
export function guardFetch<Peer>(
  fetch: (request: Request, peer: Peer) => Response | Promise<Response>,
  telemetry: Pick<Telemetry, "note">,
): (request: Request, peer: Peer) => Promise<Response> {
  return async (request, peer) => {
    try {
      return await fetch(request, peer);
    } catch (error) {
      telemetry.note("error", "Cannot answer an HTTP request", {
        path: request.url.slice(0, 200),
        error: String(error),
      });
      return Response.json({ error: { status: 500, message: "Cannot answer: an internal error" } }, { status: 500 });
    }
  };
}
