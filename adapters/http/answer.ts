/** How every plain HTTP answer is made. */
import { accepts } from "@std/http/negotiation";
import { STATUS_TEXT, type StatusCode } from "@std/http/status";

/** One answer in the forms that a client may want. */
export interface Forms {
  readonly json: unknown;
  readonly text: string;
  readonly html?: string;
}

/** A body, and its media type. */
export interface Body {
  readonly type: string;
  readonly text: string;
}

/** What an answer has besides its body. */
export interface AnswerOptions {
  readonly status?: StatusCode;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The header that says what a page may do: nothing but what `allowed` has, such as `connect-src 'self'`. */
export function contentSecurity(...allowed: readonly string[]): Readonly<Record<string, string>> {
  const policy = ["default-src 'none'", ...allowed, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];
  return { "content-security-policy": policy.join("; ") };
}

const HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  ...contentSecurity(),
};

/** The form that the request's `Accept` asks for; plain text where it takes anything, or none of them. */
export function chooseForm(request: Request, forms: Forms): Body {
  const types = ["text/plain", "application/json", ...(forms.html === undefined ? [] : ["text/html"])];
  switch (accepts(request, ...types)) {
    case "application/json":
      return jsonBody(forms.json);
    case "text/html":
      return { type: "text/html; charset=utf-8", text: forms.html ?? "" };
    default:
      return { type: "text/plain; charset=utf-8", text: forms.text };
  }
}

/** A value as a JSON body. */
export function jsonBody(value: unknown): Body {
  return { type: "application/json; charset=utf-8", text: JSON.stringify(value) + "\n" };
}

/** An answer with the headers that every one has; not cached, unless `headers` says so. Without a body for HEAD. */
export function answer(request: Request, body: Body, options: AnswerOptions = {}): Response {
  const { status = 200, headers } = options;
  return new Response(request.method === "HEAD" ? null : body.text, {
    status,
    headers: {
      ...HEADERS,
      "cache-control": "no-store",
      "content-type": body.type,
      "content-length": String(new TextEncoder().encode(body.text).length),
      ...headers,
    },
  });
}

/** An answer that says what went wrong: `{"error":{"status":...,"message":"..."}}`, or plain text. */
export function refuse(
  request: Request,
  status: StatusCode,
  options: { message: string; headers?: Readonly<Record<string, string>> },
): Response {
  const { message, headers } = options;
  const forms = { json: { error: { status, message } }, text: `${status} ${STATUS_TEXT[status]}\n${message}\n` };
  return answer(request, chooseForm(request, forms), { status, headers: { vary: "accept", ...headers } });
}
