import { EMPTY, type Observable, Subject } from "rxjs";
import { disconnect } from "../../domain/disconnect.ts";
import type { Clock, Random } from "../../domain/ports/clock.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { Connection, Effect } from "../../domain/ports/transport.ts";
import { Sweep } from "../transport/sweep.ts";
import { type TransportStats, transportStats } from "../transport/transport_stats.ts";
import { Turn } from "../transport/turn.ts";
import { MessageJoiner } from "./message_joiner.ts";
import { TURN_BYTES, TurnBudget } from "./turn_budget.ts";
import type { Socket } from "./socket.ts";
import { type Shore, SocketConnection } from "./socket_connection.ts";
import type { WsLimits } from "./ws_options.ts";

/** What the connections of a transport work with. */
export interface ConnectionsOptions {
  readonly limits: WsLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** Why no connection can be taken now. Default: there is no reason. */
  readonly closedBecause?: () => string | undefined;
  /** Called again and again, for the deadlines of those that are no connections yet. */
  readonly tick: () => void;
}

/** The connections of one transport, from the WebSocket that was accepted to the one that is gone. */
export class Connections {
  /** The one timer of the transport. */
  readonly sweep: Sweep;
  readonly #options: ConnectionsOptions;
  readonly #accepted = new Subject<Connection>();
  readonly #open = new Set<SocketConnection>();
  readonly #shore: Shore;
  readonly #turn: Turn<SocketConnection>;
  #draining = false;
  #emptied = () => {};

  constructor(options: ConnectionsOptions) {
    const { limits, clock, telemetry, tick } = options;
    this.#options = options;
    // Shares messages between the connections that are flushed together.
    const joiner = new MessageJoiner(() => turn.schedule());
    const budget = new TurnBudget(TURN_BYTES);
    const turn = new Turn<SocketConnection>({
      failed: (connection, error) => {
        telemetry.note("error", "Cannot write to a connection", { session: connection.session, error: String(error) });
        connection.destroy();
      },
      began: () => budget.renew(),
      ended: () => joiner.forget(),
    });
    this.#turn = turn;
    this.sweep = new Sweep(clock.scheduler, {
      shortestMs: 1000 * Math.min(limits.handshakeSeconds, limits.pingSeconds, limits.pongSeconds, limits.closeSeconds),
      tick: () => {
        tick();
        for (const connection of this.#open) connection.tick();
      },
    });
    this.#shore = {
      limits,
      sweep: this.sweep,
      joiner,
      budget,
      spared: (count) => telemetry.count("publications_skipped", count),
      touch: (connection) => turn.touch(connection),
      gather: (connection) => turn.gather(connection),
      hurry: () => turn.schedule(),
      limited: () => telemetry.count("connections_limited"),
      left: (connection) => this.#left(connection),
    };
  }

  /** Each accepted connection: see the port. */
  get accepted(): Observable<Connection> {
    return this.#accepted.asObservable();
  }

  /** Why no connection is accepted now; absent where one is. `others`: sockets that count besides the connections. */
  closedBecause(others = 0): { closed?: string } {
    if (this.#draining) return { closed: "this node is draining" };
    if (!this.#accepted.observed) return { closed: "this node is not ready yet" };
    const closed = this.#options.closedBecause?.();
    if (closed !== undefined) return { closed };
    const count = this.#open.size + others;
    if (count >= (this.#options.limits.connections ?? Infinity)) {
      return { closed: `this node has ${count} connections, its limit` };
    }
    return {};
  }

  /** Makes a connection of a WebSocket that is open, and gives it to the domain. Its messages come later. */
  accept(socket: Socket, as: Pick<Connection, "codec" | "admission">): SocketConnection {
    const { random, telemetry } = this.#options;
    const phase = random.fraction();
    const connection = new SocketConnection({ session: random.uuid(), ...as, socket, phase }, this.#shore);
    this.#open.add(connection);
    telemetry.count("connections_opened");
    this.#accepted.next(connection);
    connection.open();
    return connection;
  }

  /** Carries out effects: see the port. */
  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") {
        for (const connection of effect.connections) {
          if (connection instanceof SocketConnection) connection.queue(effect.frame, effect.spare);
        }
        continue;
      }
      const { connection } = effect;
      if (!(connection instanceof SocketConnection)) continue;
      if (effect.kind === "limit") connection.limit(effect.maxMessageBytes);
      else if (effect.kind === "close") connection.end(effect.disconnect, { dropQueued: false });
      else if (effect.kind === "pause") connection.pause();
      else connection.resume();
    }
  }

  /** See the port. */
  drained(connection: Connection): Observable<void> {
    return connection instanceof SocketConnection ? connection.drained() : EMPTY;
  }

  /** What is open now. */
  stats(): TransportStats {
    return transportStats(this.#open);
  }

  /** Accepts no more. */
  stopAccepting(): void {
    this.#draining = true;
  }

  /** Ends what is open, with `draining` where nothing else was said, and resolves when all of it is gone. */
  async endAll(): Promise<void> {
    this.stopAccepting();
    for (const connection of this.#open) connection.end(disconnect("draining"), { dropQueued: false });
    if (this.#open.size > 0) await new Promise<void>((resolve) => this.#emptied = resolve);
  }

  /** Ends the timer. */
  stop(): void {
    this.#turn.stop();
    this.sweep.stop();
  }

  /** Completes what was accepted. */
  complete(): void {
    this.#accepted.complete();
  }

  #left(connection: SocketConnection): void {
    this.#open.delete(connection);
    this.#options.telemetry.count("connections_closed");
    if (this.#open.size === 0) this.#emptied();
  }
}
