import { EMPTY, type Observable, Subject } from "rxjs";
import type { UserId } from "../domain/channel.ts";
import type { Connection, Effect, Transport } from "../domain/ports/transport.ts";
import { TestClient } from "./test_client.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** What a transport in memory is made of. */
export interface MemoryTransportOptions {
  /** Names the next session. */
  readonly sessionId: () => string;
  /** The time that clients and gateway live in. */
  readonly clock: VirtualClock;
}

/** Connections without sockets: a test is all of the clients. */
export class MemoryTransport implements Transport {
  readonly #connections = new Subject<Connection>();
  readonly #options: MemoryTransportOptions;

  /** Opens no port, needs no permission. */
  constructor(options: MemoryTransportOptions) {
    this.#options = options;
  }

  /** Each client that is opened. */
  get connections(): Observable<Connection> {
    return this.#connections.asObservable();
  }

  /**
   * Opens a connection that has not said anything. Its user is known, as behind a proxy that authenticates; where none is given, the
   * authenticator is asked when its first frame comes. Or it is as the authenticator said of its handshake.
   */
  open(who: string | Connection["admission"] = { kind: "awaited" }): TestClient {
    const { sessionId, clock } = this.#options;
    const client = new TestClient(sessionId(), {
      admission: typeof who === "string" ? { kind: "identified", identity: { user: who as UserId } } : who,
      clock,
    });
    clock.act(() => this.#connections.next(client));
    return client;
  }

  /** Carries out effects, in order. */
  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const connections = effect.kind === "send" ? effect.connections : [effect.connection];
      for (const connection of connections) if (connection instanceof TestClient) connection.take(effect);
    }
  }

  /** Emits when a client has room for more of a long replay. */
  drained(connection: Connection): Observable<void> {
    return connection instanceof TestClient ? connection.drained : EMPTY;
  }
}
