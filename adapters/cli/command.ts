/** What the command line asks for. */

/** The names of the commands. */
export const COMMAND_NAMES = ["serve", "check", "pub", "sub"] as const;

/** The name of a command. */
export type CommandName = typeof COMMAND_NAMES[number];

/** Where `pub` and `sub` connect unless they are told otherwise. */
export const DEFAULT_URL = "ws://127.0.0.1:8080/ws";

/** The environment variable that stands for `--url`. */
export const URL_VARIABLE = "TIDEGATE_URL";

/** The exit code of a command line that cannot be understood. */
export const USAGE_EXIT_CODE = 2;

/** A command line that was understood. */
export type Command =
  | ServeCommand
  | CheckCommand
  | PubCommand
  | SubCommand
  | { readonly command: "help"; readonly of?: CommandName }
  | { readonly command: "version" };

/** Runs the gateway. */
export interface ServeCommand {
  readonly command: "serve";
  /** The configuration file. */
  readonly config?: string;
}

/** Says whether the gateway could run. */
export interface CheckCommand {
  readonly command: "check";
  /** The configuration file. */
  readonly config?: string;
  /** Whether the log is asked too. */
  readonly connect: boolean;
}

/** How a client command reaches a gateway. */
export interface ClientOptions {
  /** A `ws:` or `wss:` URL. */
  readonly url: string;
  /** A UUID in lower case, for the header `user_id` of a gateway in mode `header`. */
  readonly user?: string;
  /** What is spoken with the gateway; absent: `json`. */
  readonly protocol?: "json" | "capnp";
}

/** Publishes one message. */
export interface PubCommand extends ClientOptions {
  readonly command: "pub";
  /** A valid channel name. */
  readonly channel: string;
  /** The message; absent where it is to be read from standard input. */
  readonly payload?: string;
  /** Whether the payload is sent as it is, as a JSON string, instead of being JSON already. */
  readonly text: boolean;
  /** Headers of the message. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Prints the messages of channels. */
export interface SubCommand extends ClientOptions {
  readonly command: "sub";
  /** One or more valid channel names, each once. */
  readonly channels: readonly string[];
  /** A cursor, `earliest`, or absent for now on. A cursor comes with one channel only. */
  readonly since?: string;
  /** How many messages to print before the end, 1 or more; absent: no end. */
  readonly count?: number;
}
