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
    about: "Publishes one message. Without PAYLOAD, or with -, it is read from standard input.",
    arguments: { min: 1, max: 2 },
    options: {
      text: { about: "sends PAYLOAD as a text; without it PAYLOAD is JSON" },
      header: { value: "NAME=VALUE", multiple: true, about: "a header of the message; may be repeated" },
      url: URL_OPTION,
      user: USER,
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
      protocol: PROTOCOL,
    },
    examples: ["tidegate sub chat:lobby", "tidegate sub chat:lobby chat:help --since earliest --count 10"],
  },
};
