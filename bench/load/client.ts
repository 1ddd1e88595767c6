/** One client: a TCP connection that speaks WebSocket, without more work for a delivery than to count it. */
import type { Dialect, Said } from "./dialect.ts";
import { clientFrame, OPCODES, takeFrames } from "./frames.ts";
import { openWebSocket } from "./handshake.ts";
import { outbox } from "./outbox.ts";

/** Room for what a server sends at once; a message over it ends the client. */
const ACTIVE_BYTES = 256 * 1024;
/** Where nothing is to come. */
const IDLE_BYTES = 4 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a client is opened with. */
export interface ClientOptions {
  readonly port: number;
  readonly dialect: Dialect;
  /** Its number in the whole run. */
  readonly client: number;
  /** Nothing is delivered to it. */
  readonly idle?: boolean;
  /** Counts the deliveries in a message; says whether there were any. */
  readonly count: (bytes: Uint8Array, from: number, to: number) => boolean;
  /** Told of what is no delivery. */
  readonly said: (said: Said) => void;
}

/** A connected client. */
export interface Client {
  /** Sends a message, behind those of before. */
  send(message: string | Uint8Array): void;
  /** Ends it without a word. */
  close(): void;
  /** Resolves when it has ended: with why, where that was not asked for. */
  readonly ended: Promise<string | undefined>;
}

/**
 * Connects a client, which says hello.
 *
 * @throws {Error} where the server refuses it
 */
export async function openClient(options: ClientOptions): Promise<Client> {
  const { dialect, count, said } = options;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: options.port });
  connection.setNoDelay(true);
  let closing = false;
  let why: string | undefined;

  const write = outbox(connection, (error) => {
    if (!closing) why ??= `cannot write: ${error}`;
  });
  const send = (message: string | Uint8Array, opcode?: number): void => {
    const bytes = typeof message === "string" ? encoder.encode(message) : message;
    write(clientFrame(opcode ?? (typeof message === "string" ? OPCODES.text : OPCODES.binary), bytes));
  };
  const take = (opcode: number, bytes: Uint8Array, { from, to }: { from: number; to: number }): void => {
    if (opcode === OPCODES.close) {
      why ??= `closed: ${closeText(bytes.subarray(from, to))}`;
      send(bytes.slice(from, to), OPCODES.close);
    } else if (opcode === OPCODES.ping) send(bytes.slice(from, to), OPCODES.pong);
    else if (!count(bytes, from, to)) {
      const message = bytes.slice(from, to);
      for (const one of dialect.read(opcode === OPCODES.text ? decoder.decode(message) : message)) {
        if (one.kind === "asked") send(one.answer);
        else said(one);
      }
    }
  };

  let early: Uint8Array;
  try {
    early = await openWebSocket(connection, await dialect.opening(options.client));
  } catch (error) {
    connection.close();
    throw error;
  }
  const bytes = new Uint8Array(options.idle ? IDLE_BYTES : ACTIVE_BYTES);
  bytes.set(early);
  const ended = read(connection, { bytes, length: early.length, take })
    .catch((error) => closing ? undefined : String(error))
    .then((broken) => {
      if (!closing) connection.close();
      return closing ? undefined : why ?? broken ?? "the server ended the connection";
    });
  for (const message of dialect.hello) send(message);
  return {
    send,
    ended,
    close() {
      if (closing) return;
      closing = true;
      try {
        connection.close();
      } catch {
        // The server was first.
      }
    },
  };
}

/** Reads until the other side ends; what is not a whole frame moves to the front. */
async function read(
  connection: Deno.TcpConn,
  { bytes, length, take }: { bytes: Uint8Array; length: number; take: Parameters<typeof takeFrames>[2] },
): Promise<undefined> {
  for (let rest = length;;) {
    const taken = takeFrames(bytes, rest, take);
    if (taken > 0) bytes.copyWithin(0, taken, rest);
    rest -= taken;
    const count = await connection.read(rest === 0 ? bytes : bytes.subarray(rest));
    if (count === null) return undefined;
    rest += count;
  }
}

function closeText(payload: Uint8Array): string {
  if (payload.length < 2) return "no reason";
  return `${payload[0]! * 256 + payload[1]!} ${decoder.decode(payload.subarray(2))}`;
}
