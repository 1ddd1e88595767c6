/** The plain HTTP that everyone may see. */
import { eTag, ifNoneMatch } from "@std/http/etag";
import { answer, chooseForm, contentSecurity, jsonBody, refuse } from "./answer.ts";
import { landingPage } from "./landing_page.ts";

/** Whether traffic should be sent to this node. */
export interface Readiness {
  readonly ready: boolean;
  /** What was looked at, each with `ok` or the reason why not, for an operator. */
  readonly checks: Readonly<Record<string, string>>;
}

/** What {@linkcode publicFetch} needs. */
export interface PublicFetchOptions {
  /** The name of this node. */
  readonly name: string;
  /** The version of Tidegate. */
  readonly version: string;
  /** Asked for every `/readyz`. */
  readonly ready: () => Readiness;
  /** Where WebSockets are accepted. Default `/ws`. */
  readonly webSocketPath?: string;
  /** Where events are streamed. Default `/events`. */
  readonly eventsPath?: string;
  /** Where messages are published. Default `/publish`. */
  readonly publishPath?: string;
}

/**
 * Answers `GET` and `HEAD` of `/` (what this is, as HTML, text or JSON), `/healthz` (200 while the process lives) and
 * `/readyz` (200, or 503 with the reasons); 426 where a WebSocket was meant, 405 to other methods, 404 elsewhere.
 */
export function publicFetch(options: PublicFetchOptions): (request: Request) => Promise<Response> {
  const { name, version, ready, webSocketPath = "/ws", eventsPath = "/events", publishPath = "/publish" } = options;

  const pages: Readonly<Record<string, (request: Request, url: URL) => Response | Promise<Response>>> = {
    async "/"(request, url) {
      const address = `${url.protocol === "https:" ? "wss" : "ws"}://${url.host}${webSocketPath}`;
      const [events, publish] = [eventsPath, publishPath].map((path) => url.origin + path) as [string, string];
      const body = chooseForm(request, landingPage({ name, version, address, events, publish }));
      const tag = await eTag(body.text) ?? "";
      // What the page says to paste into the browser's console is run as the page's.
      const headers = {
        etag: tag,
        vary: "accept",
        "cache-control": "no-cache",
        ...contentSecurity("connect-src 'self'"),
      };
      if (ifNoneMatch(request.headers.get("if-none-match"), tag)) return answer(request, body, { headers });
      return new Response(null, { status: 304, headers });
    },
    "/healthz": (request) => answer(request, jsonBody({ status: "ok" })),
    "/readyz"(request) {
      const { ready: isReady, checks } = ready();
      const body = jsonBody({ status: isReady ? "ready" : "not ready", checks });
      return answer(request, body, { status: isReady ? 200 : 503 });
    },
    [webSocketPath]: (request) =>
      refuse(request, 426, {
        message: `Cannot answer plain HTTP here: ${webSocketPath} is a WebSocket, of version 13`,
        headers: { upgrade: "websocket", "sec-websocket-version": "13" },
      }),
  };

  return async (request) => {
    const url = new URL(request.url);
    const page = Object.hasOwn(pages, url.pathname) ? pages[url.pathname] : undefined;
    if (!page) {
      const here = ["/", webSocketPath, eventsPath, publishPath, "/healthz"].join(", ");
      const message = `Cannot find ${url.pathname.slice(0, 200)}: here are ${here} and /readyz`;
      return refuse(request, 404, { message });
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      const message = `Cannot ${request.method.slice(0, 20)} ${url.pathname}: use GET or HEAD`;
      return refuse(request, 405, { message, headers: { allow: "GET, HEAD" } });
    }
    return await page(request, url);
  };
}
