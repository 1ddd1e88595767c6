/** What the command line asks for. */
import type { UserId } from "../../domain/channel.ts";
import type { Denied } from "../../domain/deny_list.ts";
import type { Action } from "../../domain/grants.ts";

/** The names of the commands. */
export const COMMAND_NAMES = ["serve", "check", "pub", "sub", "token", "deny", "allow"] as const;

/** The name of a command. */
export type CommandName = typeof COMMAND_NAMES[number];

/** Where `pub` and `sub` connect unless they are told otherwise. */
export const DEFAULT_URL = "ws://127.0.0.1:8080/ws";

/** The environment variable that stands for `--url`. */
export const URL_VARIABLE = "TIDEGATE_URL";

/** The environment variable that stands for `--token`, which other users of the machine can see. */
export const TOKEN_VARIABLE = "TIDEGATE_TOKEN";

/** The exit code of a command line that cannot be understood. */
export const USAGE_EXIT_CODE = 2;

/** A command line that was understood. */
export type Command =
  | ServeCommand
  | CheckCommand
  | PubCommand
  | SubCommand
  | TokenCommand
  | DenyCommand
  | AllowCommand
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
  /** For the header `Authorization` of a gateway in mode `jwt`. */
  readonly token?: string;
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

/** Makes a token. */
export interface TokenCommand {
  readonly command: "token";
  /** The configuration file. */
  readonly config?: string;
  readonly user: UserId;
  /** Valid channel patterns by action. */
  readonly grants: Readonly<Partial<Record<Action, readonly string[]>>>;
  /** How long it is good for, in milliseconds. */
  readonly forMs: number;
  /** Its `jti`; absent: one is made. */
  readonly id?: string;
  /** The file of the private key; absent: the secret of the configuration signs. */
  readonly key?: string;
}

/** Denies a user or a token. */
export interface DenyCommand {
  readonly command: "deny";
  /** The configuration file. */
  readonly config?: string;
  readonly denied: Denied;
  /** For how long, in milliseconds; absent: for ever. */
  readonly forMs?: number;
  readonly reason?: string;
}

/** Lets a user or a token in again. */
export interface AllowCommand {
  readonly command: "allow";
  /** The configuration file. */
  readonly config?: string;
  readonly denied: Denied;
}
