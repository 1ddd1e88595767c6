/** The plain HTTP that is for operators: on a listener of its own. */
import { sameSecret } from "../auth/same_secret.ts";
import { answer, jsonBody, refuse } from "./answer.ts";
import { DENIALS_PATH } from "./denial_request.ts";
import type { Readiness } from "./public_fetch.ts";

/** What {@linkcode adminFetch} needs; each is asked for every request. */
export interface AdminFetchOptions {
  /** What requests have to send as `Authorization: Bearer ...`; absent: nothing. */
  readonly token?: string;
  /** With the reasons for an operator. */
  readonly ready: () => Readiness;
  /** The metrics, and their media type. */
  readonly metrics: () => { readonly type: string; readonly text: string };
  /** What is connected, in numbers and without secrets; a value for JSON. */
  readonly connections: () => unknown;
  /** Answers what is under `/denials/`; absent: nobody can be denied. */
  readonly denials?: (request: Request) => Promise<Response>;
}

/**
 * Answers `GET` and `HEAD` of `/metrics`, `/connections`, `/healthz` and `/readyz`, and what `denials` does; 401 without the token where there is one, but for
 * `/healthz`, which says nothing; 405 to other methods, 404 elsewhere.
 */
export function adminFetch(options: AdminFetchOptions): (request: Request) => Response | Promise<Response> {
  const { token, ready, metrics, connections, denials } = options;
  const isToken = token === undefined ? undefined : sameSecret(token);

  const pages: Readonly<Record<string, (request: Request) => Response>> = {
    "/metrics": (request) => answer(request, metrics()),
    "/connections": (request) => answer(request, jsonBody(connections())),
    "/healthz": (request) => answer(request, jsonBody({ status: "ok" })),
    "/readyz"(request) {
      const { ready: isReady, checks } = ready();
      const body = jsonBody({ status: isReady ? "ready" : "not ready", checks });
      return answer(request, body, { status: isReady ? 200 : 503 });
    },
  };

  return (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/healthz" && isToken && !isToken(bearerOf(request))) {
      return refuse(request, 401, {
        message: "Cannot answer: expected the admin token in Authorization: Bearer ...",
        headers: { "www-authenticate": "Bearer" },
      });
    }
    if (denials && pathname.startsWith(DENIALS_PATH)) return denials(request);
    const page = Object.hasOwn(pages, pathname) ? pages[pathname] : undefined;
    if (!page) {
      const message = `Cannot find ${pathname.slice(0, 200)}: here are ${Object.keys(pages).join(", ")}`;
      return refuse(request, 404, { message });
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      const message = `Cannot ${request.method.slice(0, 20)} ${pathname}: use GET or HEAD`;
      return refuse(request, 405, { message, headers: { allow: "GET, HEAD" } });
    }
    return page(request);
  };
}

function bearerOf(request: Request): string {
  return /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
}
