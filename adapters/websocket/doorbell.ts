import type { Server } from "node:http";
import { connect, type Socket } from "node:net";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { Sweep } from "../transport/sweep.ts";

/** What a doorbell watches. */
export interface DoorbellOptions {
  /** A server that listens. */
  readonly server: Server;
  /** Where: the host name as it was given to `listen`, as permission to connect may be for that alone. */
  readonly address: { readonly hostname: string; readonly port: number };
  readonly sweep: Sweep;
  readonly telemetry: Telemetry;
}

/** When nobody has come for so long, the server is asked whether it still opens. */
const QUIET_MS = 5_000;
/** The server must open within this time. */
const ANSWER_MS = 2_000;

/**
 * Makes a server that no longer accepts connections listen again.
 *
 * On Deno a listener for which accepting fails once - the process has as many files open as it may - never accepts
 * again and reports nothing, so that anyone could silence a gateway by opening connections. Nothing but a connection
 * tells: after a quiet time one is made to the server's own address.
 */
export class Doorbell {
  readonly #options: DoorbellOptions;
  readonly #opened = () => {
    this.#quietSince = this.#options.sweep.now;
    this.#hangUp();
  };
  #quietSince: number;
  #ring: { readonly socket: Socket; readonly by: number; failed?: string } | undefined;

  constructor(options: DoorbellOptions) {
    this.#options = options;
    this.#quietSince = options.sweep.now;
    options.server.on("connection", this.#opened);
  }

  /** Rings, or judges whether the server has opened. */
  tick(): void {
    const { sweep } = this.#options;
    const ring = this.#ring;
    if (!ring) {
      if (sweep.now - this.#quietSince >= QUIET_MS) this.#press();
    } else if (sweep.now >= ring.by) {
      this.#hangUp();
      this.#quietSince = sweep.now;
      // Any other failure to connect is of this end: it says nothing of the server.
      if (ring.failed === undefined || ring.failed === "ECONNREFUSED") this.#listenAgain();
    }
  }

  /** Ends the watch. */
  stop(): void {
    this.#options.server.off("connection", this.#opened);
    this.#hangUp();
  }

  #press(): void {
    const { address, sweep } = this.#options;
    const socket = connect(address.port, address.hostname);
    const ring: { socket: Socket; by: number; failed?: string } = { socket, by: sweep.after(ANSWER_MS) };
    this.#ring = ring;
    socket.on("error", (error: Error & { code?: string }) => ring.failed = error.code ?? error.name);
  }

  #hangUp(): void {
    this.#ring?.socket.destroy();
    this.#ring = undefined;
  }

  #listenAgain(): void {
    const { server, address, telemetry } = this.#options;
    telemetry.note("error", "The server no longer accepted connections and listens again", { ...address });
    // What is open goes on: closing ends the listener alone, and idle connections of plain HTTP.
    server.close();
    server.listen(address.port, address.hostname);
  }
}
