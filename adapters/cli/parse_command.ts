/** Reads the command line. */
import { isChannel } from "../../domain/channel.ts";
import { parseCursor } from "../../domain/cursor.ts";
import { parseUserUuid } from "../auth/user_uuid.ts";
import { nearestName } from "../config/nearest_name.ts";
import { quoted } from "../telemetry/printable.ts";
import { type ClientOptions, type Command, COMMAND_NAMES, type CommandName, DEFAULT_URL } from "./command.ts";
import { COMMON_OPTIONS, GRAMMAR } from "./options.ts";
import { parseAllow, parseDeny, parseToken } from "./parse_identity.ts";
import { type SplitArguments, splitArguments, UsageError } from "./split_arguments.ts";

/** What the command line does not have to say. */
export interface CommandDefaults {
  /** Stands for `--url`: the value of `TIDEGATE_URL`. */
  readonly url?: string | undefined;
  /** Stands for `--token`: the value of `TIDEGATE_TOKEN`. */
  readonly token?: string | undefined;
}

/**
 * The command of a command line, or why it is none. Pure; never throws.
 *
 * @param args the arguments after the program's name; none at all ask for help
 */
export function parseCommand(
  args: readonly string[],
  defaults: CommandDefaults = {},
): Command | { readonly error: string } {
  try {
    return parse(args, defaults);
  } catch (error) {
    if (error instanceof UsageError) return { error: error.message };
    throw error;
  }
}

function parse(args: readonly string[], defaults: CommandDefaults): Command {
  const [first, ...rest] = args;
  if (first === undefined) return { command: "help" };
  if (first === "help") {
    return rest[0] === undefined ? { command: "help" } : { command: "help", of: commandName(rest[0]) };
  }
  if (first.startsWith("-")) {
    const common = splitArguments(args, COMMON_OPTIONS);
    if (!common.has("help") && common.has("version")) return { command: "version" };
    return { command: "help" };
  }
  const name = commandName(first);
  const { options, arguments: { min, max }, usage } = GRAMMAR[name];
  const given = splitArguments(rest, { ...options, ...COMMON_OPTIONS });
  if (given.has("help")) return { command: "help", of: name };
  if (given.has("version")) return { command: "version" };
  if (given.positionals.length < min) throw new UsageError(`Too few arguments: expected tidegate ${name} ${usage}`);
  if (given.positionals.length > max) {
    const extra = quoted(given.positionals[max]!);
    throw new UsageError(`Unexpected argument ${extra}: expected ${`tidegate ${name} ${usage}`.trim()}`);
  }
  switch (name) {
    case "serve":
      return { command: name, ...config(given) };
    case "check":
      return { command: name, ...config(given), connect: given.has("connect") };
    case "pub":
      return { command: name, ...publish(given), ...client(given, defaults) };
    case "sub":
      return { command: name, ...subscribe(given), ...client(given, defaults) };
    case "token":
      return { command: name, ...parseToken(given), ...config(given) };
    case "deny":
      return { command: name, ...parseDeny(given), ...config(given) };
    case "allow":
      return { command: name, ...parseAllow(given), ...config(given) };
  }
}

function commandName(text: string): CommandName {
  const name = COMMAND_NAMES.find((name) => name === text);
  if (name) return name;
  const near = nearestName(text, COMMAND_NAMES);
  const hint = near === undefined ? `expected one of ${COMMAND_NAMES.join(", ")}` : `did you mean ${near}?`;
  throw new UsageError(`Unknown command ${quoted(text)}; ${hint}`);
}

function config(given: SplitArguments): { config?: string } {
  const [path] = given.values("config");
  if (path === "") throw new UsageError("Option --config needs a value: --config PATH");
  return path === undefined ? {} : { config: path };
}

function client(given: SplitArguments, defaults: CommandDefaults): ClientOptions {
  const [option] = given.values("url");
  const url = option ?? (defaults.url || DEFAULT_URL);
  if (!URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol)) {
    const source = option === undefined ? "TIDEGATE_URL" : "--url";
    throw new UsageError(`Cannot connect to ${source} ${quoted(url)}: expected a URL such as ${DEFAULT_URL}`);
  }
  return { url, ...user(given), ...token(given, defaults), ...protocol(given) };
}

function token(given: SplitArguments, defaults: CommandDefaults): Pick<ClientOptions, "token"> {
  const [option] = given.values("token");
  const token = option ?? (defaults.token || undefined);
  if (token === undefined) return {};
  // Never shown: it may be a good one with a line end at its end.
  if (/^[\x21-\x7e]+$/.test(token)) return { token };
  const source = option === undefined ? "TIDEGATE_TOKEN" : "--token";
  throw new UsageError(`Cannot send the token of ${source}: expected printable ASCII characters without a space`);
}

function user(given: SplitArguments): Pick<ClientOptions, "user"> {
  const [user] = given.values("user");
  if (user === undefined) return {};
  const uuid = parseUserUuid(user);
  if (uuid === undefined) throw new UsageError(`Cannot be user ${quoted(user)}: expected a UUID`);
  return { user: uuid };
}

function protocol(given: SplitArguments): Pick<ClientOptions, "protocol"> {
  const [protocol] = given.values("protocol");
  if (protocol === undefined) return {};
  if (protocol === "json" || protocol === "capnp") return { protocol };
  throw new UsageError(`Cannot speak ${quoted(protocol)}: expected json or capnp`);
}

function publish(given: SplitArguments) {
  const [channel = "", payload] = given.positionals;
  const headers = new Map<string, string>();
  for (const header of given.values("header")) {
    const at = header.indexOf("=");
    const key = header.slice(0, Math.max(at, 0));
    if (key === "") throw new UsageError(`Cannot send header ${quoted(header)}: expected NAME=VALUE`);
    if (/^(tidegate-.*|content-type)$/i.test(key)) {
      throw new UsageError(`Cannot send header ${quoted(key)}: content-type and tidegate-* are the gateway's own`);
    }
    if (headers.has(key)) throw new UsageError(`Cannot send header ${quoted(key)} twice`);
    headers.set(key, header.slice(at + 1));
  }
  const source = payload === undefined || payload === "-" ? {} : { payload };
  return { channel: checkedChannel(channel), ...source, text: given.has("text"), headers: Object.fromEntries(headers) };
}

function subscribe(given: SplitArguments) {
  const channels = [...new Set(given.positionals.map(checkedChannel))];
  const [since] = given.values("since");
  if (since !== undefined && since !== "earliest") {
    if (!parseCursor(since)) throw new UsageError(`Cannot start at ${quoted(since)}: expected a cursor or "earliest"`);
    if (channels.length > 1) {
      throw new UsageError("A cursor is of one channel: expected one channel with --since CURSOR");
    }
  }
  const [count] = given.values("count");
  if (count !== undefined && !/^[1-9][0-9]{0,14}$/.test(count)) {
    throw new UsageError(`Cannot end after ${quoted(count)} messages: expected a whole number from 1`);
  }
  return {
    channels,
    ...(since === undefined ? {} : { since }),
    ...(count === undefined ? {} : { count: Number(count) }),
  };
}

function checkedChannel(text: string): string {
  if (isChannel(text)) return text;
  throw new UsageError(`Cannot use channel ${quoted(text)}: expected 1 to 255 of A-Z a-z 0-9 _ . : ~ -`);
}
