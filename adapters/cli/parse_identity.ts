/** Reads the commands about who may connect: `token`, `deny` and `allow`. */
import { compilePattern } from "../../domain/channel_pattern.ts";
import { denialKey, type Denied, parseDenialKey } from "../../domain/deny_list.ts";
import { isUserId, type UserId } from "../../domain/channel.ts";
import { type Action, ACTIONS, MOST_PATTERNS } from "../../domain/grants.ts";
import { quoted } from "../telemetry/printable.ts";
import type { AllowCommand, DenyCommand, TokenCommand } from "./command.ts";
import { type SplitArguments, UsageError } from "./split_arguments.ts";

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** A length of time is never longer, in milliseconds: about a hundred years. */
const LONGEST_MS = 36_500 * UNITS.d;
const USUAL_TOKEN_MS = UNITS.h;

/** The arguments of `token`. */
export function parseToken(given: SplitArguments): Omit<TokenCommand, "command" | "config"> {
  const [user] = given.values("user");
  if (user === undefined) throw new UsageError("Cannot make a token of nobody: expected --user ID");
  if (!isUserId(user)) {
    throw new UsageError(`Cannot be user ${quoted(user)}: expected 1 to 200 of A-Z a-z 0-9 _ . ~ -`);
  }
  const grants = ACTIONS.flatMap((action): [Action, readonly string[]][] => {
    const patterns = given.values(action);
    for (const pattern of patterns) checkPattern(pattern, user);
    if (patterns.length > MOST_PATTERNS) throw new UsageError(`Option --${action} may be there ${MOST_PATTERNS} times`);
    return patterns.length === 0 ? [] : [[action, patterns]];
  });
  return {
    user,
    grants: Object.fromEntries(grants),
    forMs: duration(given) ?? USUAL_TOKEN_MS,
    ...one(given, "id"),
    ...one(given, "key"),
  };
}

/** The arguments of `deny`. */
export function parseDeny(given: SplitArguments): Omit<DenyCommand, "command" | "config"> {
  const forMs = duration(given);
  return { denied: denied(given), ...(forMs === undefined ? {} : { forMs }), ...one(given, "reason") };
}

/** The arguments of `allow`. */
export function parseAllow(given: SplitArguments): Omit<AllowCommand, "command" | "config"> {
  return { denied: denied(given) };
}

function denied({ positionals: [kind = "", id = ""] }: SplitArguments): Denied {
  if (kind !== "user" && kind !== "token") {
    throw new UsageError(`Cannot tell what ${quoted(kind)} is: expected user ID or token ID`);
  }
  const parsed = parseDenialKey(denialKey({ kind, id } as Denied));
  if (parsed) return parsed;
  throw new UsageError(
    kind === "user"
      ? `Cannot be user ${quoted(id)}: expected 1 to 200 of A-Z a-z 0-9 _ . ~ -`
      : `Cannot be the id of a token (jti) ${quoted(id)}: expected 1 to 256 characters`,
  );
}

function checkPattern(pattern: string, user: UserId): void {
  if (compilePattern(pattern, user)) return;
  throw new UsageError(`Cannot grant ${quoted(pattern)}: expected a channel pattern such as chat:* or inbox:{user}`);
}

function duration(given: SplitArguments): number | undefined {
  const [text] = given.values("for");
  if (text === undefined) return undefined;
  const [, count, unit] = /^([1-9][0-9]{0,9})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * UNITS[unit as keyof typeof UNITS];
  if (ms <= LONGEST_MS) return ms;
  throw new UsageError(`Cannot wait for ${quoted(text)}: expected a length of time such as 90s, 15m, 1h or 7d`);
}

function one<Name extends string>(given: SplitArguments, name: Name): { readonly [key in Name]?: string } {
  const [value] = given.values(name);
  if (value === "") throw new UsageError(`Option --${name} needs a value`);
  return value === undefined ? {} : { [name]: value } as { readonly [key in Name]: string };
}
