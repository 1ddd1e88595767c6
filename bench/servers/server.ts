/** The servers that are compared: each a process that is started for one run and seen from outside. */
import type { Speech } from "../load/speech.ts";

/** A server that runs. */
export interface Server extends AsyncDisposable {
  readonly pid: number;
  /** The port of its WebSockets, on 127.0.0.1. */
  readonly port: number;
  /** How its clients talk. */
  readonly speech: Speech;
}

/** What a server is started with. */
export interface ServerPlan {
  readonly brokers: readonly string[];
  /** The topic that it serves: keys are channels. */
  readonly topic: string;
  /** Half of its clients speak a binary protocol. */
  readonly mixed: boolean;
  /** Further flags of Deno, where the server runs on it. */
  readonly denoFlags: readonly string[];
}

/** A kind of server. */
export interface ServerKind {
  /** As options and files have it. */
  readonly name: string;
  /** As people read it. */
  readonly title: string;
  /** Resolves when it serves. */
  start(plan: ServerPlan): Promise<Server>;
  /** What it is made of, with versions; rejects with the way out where it cannot be started here. */
  versions(): Promise<Readonly<Record<string, string>>>;
}
