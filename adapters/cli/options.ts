/** The options of the commands: their grammar and what help says of them. */
import type { CommandName } from "./command.ts";

/** An option of a command. */
export interface Option {
  /** What stands for its value in help; absent where it takes none. */
  readonly value?: string;
  /** The letter that stands for it after one dash. */
  readonly short?: string;
  /** Whether it may be given more than once. */
  readonly multiple?: true;
  readonly about: string;
}

/** A command, as help shows it. */
export interface CommandGrammar {
  /** The arguments, in help's spelling. */
  readonly usage: string;
  readonly about: string;
  /** How many arguments it takes. */
  readonly arguments: { readonly min: number; readonly max: number };
  /** By name, without the dashes. */
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
}

const CONFIG: Option = {
  value: "PATH",
  about: "the configuration file; default: TIDEGATE_CONFIG, else config.toml if it exists",
};
const URL_OPTION: Option = {
  value: "URL",
  about: "the gateway; default: TIDEGATE_URL, else ws://127.0.0.1:8080/ws",
};
const USER: Option = { value: "UUID", about: "who to be, where the gateway's auth.mode is header" };

const TOKEN: Option = {
  value: "TOKEN",
  about: "the token, where the gateway's auth.mode is jwt; default: TIDEGATE_TOKEN, which nobody else sees",
};
const PROTOCOL: Option = { value: "NAME", about: "what is spoken with the gateway: json (default) or capnp" };

/** Options that every command has, and the command line without one. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  help: { short: "h", about: "shows this" },
  version: { about: "shows the version" },
};

/** All commands. */
export const GRAMMAR: Readonly<Record<CommandName, CommandGrammar>> = {
  serve: {
    usage: "",
    about: "Runs the gateway until SIGTERM or SIGINT.",
    arguments: { min: 0, max: 0 },
    options: { config: CONFIG },
    examples: ["tidegate serve", "tidegate serve --config /etc/tidegate.toml"],
  },
  check: {
    usage: "",
    about: "Says whether the gateway could run with its configuration.",
    arguments: { min: 0, max: 0 },
    options: { config: CONFIG, connect: { about: "asks the log too: whether it is there, with its topics" } },
    examples: ["tidegate check --connect"],
  },
  pub: {
    usage: "CHANNEL [PAYLOAD]",
    about: "Publishes PAYLOAD, or, without it or with -, each line of standard input.",
    arguments: { min: 1, max: 2 },
    options: {
      text: { about: "sends PAYLOAD as a text; without it PAYLOAD is JSON" },
      header: { value: "NAME=VALUE", multiple: true, about: "a header of the message; may be repeated" },
      url: URL_OPTION,
      user: USER,
      token: TOKEN,
      protocol: PROTOCOL,
    },
    examples: [`tidegate pub chat:lobby '{"hello":"world"}'`, "tidegate pub chat:lobby --text hello"],
  },
  sub: {
    usage: "CHANNEL...",
    about: "Prints the messages of channels, one JSON object a line.",
    arguments: { min: 1, max: Infinity },
    options: {
      since: { value: "CURSOR", about: "starts after this cursor, or with earliest; default: now" },
      count: { value: "N", about: "ends after N messages" },
      url: URL_OPTION,
      user: USER,
      token: TOKEN,
      protocol: PROTOCOL,
    },
    examples: ["tidegate sub chat:lobby", "tidegate sub chat:lobby chat:help --since earliest --count 10"],
  },
  token: {
    usage: "",
    about: "Makes a token to try a gateway in mode jwt with.",
    arguments: { min: 0, max: 0 },
    options: {
      user: { value: "ID", about: "whose token it is" },
      subscribe: grant("subscribe to"),
      publish: grant("publish to"),
      history: grant("look at the history of"),
      presence: grant("see who is present on"),
      for: { value: "TIME", about: "how long it is good for, such as 90s, 15m, 1h (default) or 7d" },
      id: { value: "ID", about: "its id (jti), by which it can be denied; default: a UUID" },
      key: { value: "FILE", about: "the private key that signs it, in PEM or as a JWK; default: jwt.secret signs" },
      config: CONFIG,
    },
    examples: [`tidegate token --user alice --subscribe 'chat:*' --publish chat:lobby --for 1h`],
  },
  deny: {
    usage: "user|token ID",
    about: "Ends the connections of a user, or of a token, on every gateway, and lets it in no more.",
    arguments: { min: 2, max: 2 },
    options: {
      for: { value: "TIME", about: "for how long, such as 90s, 15m, 1h or 7d; default: for ever" },
      reason: { value: "TEXT", about: "why, for operators: it stands in the log" },
      config: CONFIG,
    },
    examples: ["tidegate deny user alice --for 1h --reason spam", "tidegate deny token 6d1f4a4e"],
  },
  allow: {
    usage: "user|token ID",
    about: "Takes a denial back.",
    arguments: { min: 2, max: 2 },
    options: { config: CONFIG },
    examples: ["tidegate allow user alice"],
  },
};

function grant(what: string): Option {
  return { value: "PATTERN", multiple: true, about: `channels that the user may ${what}; may be repeated` };
}
