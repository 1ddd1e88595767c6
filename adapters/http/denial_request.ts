/** `PUT` and `DELETE` of `/denials/user/<id>` and `/denials/token/<id>`, as operators send them. */
import { isJsonObject } from "../../schema/plain_values.ts";
import { type Denial, denialKey, type Denied, parseDenialKey } from "../../domain/deny_list.ts";
import { isTooDeep } from "../../domain/json_text.ts";

/** The pages of denials begin so. */
export const DENIALS_PATH = "/denials/";

/** A body is never longer, in bytes. */
export const LONGEST_DENIAL = 4_096;
/** A reason is never longer, in characters. */
const LONGEST_REASON = 1_000;
/** The longest time that a denial may be for, in seconds: about a hundred years. */
const LONGEST_SECONDS = 36_500 * 86_400;

/** Whom a path is about; `undefined` where it is nobody. */
export function deniedOf(pathname: string): Denied | undefined {
  const [, kind, id = ""] = /^\/denials\/(user|token)\/([^/]+)$/.exec(pathname) ?? [];
  try {
    return kind === undefined ? undefined : parseDenialKey(denialKey({ kind, id: decodeURIComponent(id) } as Denied));
  } catch {
    return undefined;
  }
}

/**
 * The denial of a body, or what is wrong with it: JSON with `reason` and `seconds`, both of which may be absent, as may the body.
 *
 * @param now milliseconds since 1970
 */
export function denialOf(body: string, now: number): Denial | string {
  if (body.trim() === "") return {};
  const value = parse(body);
  if (!isJsonObject(value)) return "expected a JSON object";
  const { reason, seconds, ...others } = value;
  const [other] = Object.keys(others);
  if (other !== undefined) return `expected reason and seconds, got ${JSON.stringify(other.slice(0, 100))}`;
  if (reason !== undefined && (typeof reason !== "string" || reason.length > LONGEST_REASON)) {
    return `expected a reason of at most ${LONGEST_REASON} characters`;
  }
  if (seconds === undefined) return reason === undefined ? {} : { reason };
  if (typeof seconds !== "number" || !(seconds > 0 && seconds <= LONGEST_SECONDS)) {
    return `expected seconds over 0 and at most ${LONGEST_SECONDS}`;
  }
  return { ...(reason === undefined ? {} : { reason }), until: Math.ceil(now + seconds * 1000) };
}

function parse(text: string): unknown {
  try {
    return isTooDeep(text) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
