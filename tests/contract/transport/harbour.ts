/** A transport under test, and all that it has reported. */
import { asyncScheduler, of } from "rxjs";
import type { Authenticator } from "../../../domain/ports/authenticator.ts";
import type { Clock, Random } from "../../../domain/ports/clock.ts";
import type { Codec } from "../../../domain/ports/codec.ts";
import type { Counter, Telemetry } from "../../../domain/ports/telemetry.ts";
import type { Connection, Effect, Spare, Transport } from "../../../domain/ports/transport.ts";
import { line, lineCodec } from "./line_codec.ts";
import type { Address } from "./raw_client.ts";
import { until } from "./until.ts";

/** A transport that was opened for a test. */
export interface OpenTransport extends Transport {
  readonly address: Address;
  stopAccepting(): void;
  close(): Promise<void>;
}

/** What an implementation opens a transport with; sizes in bytes, times in seconds. */
export interface OpenOptions {
  readonly codecs: readonly Codec[];
  readonly authenticator: Authenticator;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly limits: Limits;
  /** Why no connection can be taken now. */
  readonly closedBecause: () => string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** The limits that a test may set. */
export interface Limits {
  readonly maxFrameBytes?: number;
  readonly maxHeadBytes?: number;
  readonly handshakeSeconds?: number;
  readonly pingSeconds?: number;
  readonly pongSeconds?: number;
  readonly queueBytes?: number;
  readonly maxMessageBytes?: number;
  readonly closeSeconds?: number;
  readonly connections?: number;
  readonly connectionsPerAddress?: number;
}

/** Opens a transport of the implementation under test. */
export type Opener = (options: OpenOptions) => Promise<OpenTransport>;

/** What a connection has brought. */
export interface Caller {
  readonly connection: Connection;
  readonly messages: (string | Uint8Array)[];
  completions: number;
}

/** What a case asks of its transport. */
export interface HarbourOptions {
  readonly limits?: Limits;
  readonly authenticator?: Authenticator;
  readonly codecs?: readonly Codec[];
  readonly closedBecause?: () => string | undefined;
  readonly fetch?: (request: Request) => Response | Promise<Response>;
  /** What to do with each message; by default nothing. */
  readonly onMessage?: (message: string | Uint8Array, from: Connection) => readonly Effect[];
}

/** An open transport, with its connections subscribed as the domain does it. */
export class Harbour {
  readonly callers: Caller[] = [];
  readonly counts: Partial<Record<Counter, number>> = {};
  readonly notes: string[] = [];
  readonly transport: OpenTransport;
  completed = false;

  private constructor(transport: OpenTransport, onMessage: HarbourOptions["onMessage"]) {
    this.transport = transport;
    transport.connections.subscribe({
      next: (connection) => {
        const caller: Caller = { connection, messages: [], completions: 0 };
        this.callers.push(caller);
        connection.messages.subscribe({
          next: (message) => {
            caller.messages.push(message);
            if (onMessage) transport.perform(onMessage(message, connection));
          },
          complete: () => caller.completions++,
        });
      },
      complete: () => this.completed = true,
    });
  }

  /** Opens a transport with everything that a test did not say. */
  static async open(opener: Opener, options: HarbourOptions): Promise<Harbour> {
    const counts: Partial<Record<Counter, number>> = {};
    const notes: string[] = [];
    const transport = await opener({
      codecs: options.codecs ?? [lineCodec({ binary: false }), lineCodec({ binary: true })],
      authenticator: options.authenticator ?? { admit: () => of({ kind: "awaited" }), identify: () => of() },
      fetch: options.fetch ?? (() => new Response("plain")),
      limits: options.limits ?? {},
      closedBecause: options.closedBecause ?? (() => undefined),
      clock: { scheduler: asyncScheduler },
      random: { uuid: () => crypto.randomUUID(), fraction: () => 0.5 },
      telemetry: {
        count: (counter, amount = 1) => counts[counter] = (counts[counter] ?? 0) + amount,
        note: (level, message) => notes.push(`${level}: ${message}`),
      },
    });
    const harbour = new Harbour(transport, options.onMessage);
    return Object.assign(harbour, { counts, notes });
  }

  /** Where it listens. */
  get address(): Address {
    return this.transport.address;
  }

  /** The connection that came at a place in the order, from 0; waits for it. */
  async caller(place = 0): Promise<Caller> {
    await until(`connection ${place} is there`, () => this.callers.length > place);
    return this.callers[place]!;
  }

  /** Sends texts to connections, each as one frame, in one turn. */
  send(to: readonly Caller[], ...texts: string[]): void {
    const connections = to.map((caller) => caller.connection);
    this.transport.perform(texts.map((text) => ({ kind: "send", connections, frame: line(text) })));
  }

  /** Sends a text that may be left out; the client is told `<channel> skipped <count>`. */
  sendSpared(to: readonly Caller[], text: string, spare: Pick<Spare, "channel" | "policy">): void {
    const connections = to.map((caller) => caller.connection);
    const skipped = (count: number) => line(`${spare.channel} skipped ${count}`);
    this.transport.perform([{ kind: "send", connections, frame: line(text), spare: { ...spare, skipped } }]);
  }
}
