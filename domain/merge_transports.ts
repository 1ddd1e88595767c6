/** Several transports as one. */
import { EMPTY, map, merge, type Observable } from "rxjs";
import type { Connection, Effect, Transport } from "./ports/transport.ts";

/** What of a transport the gateway and the composition root use. */
type Merged = Pick<Transport, "connections" | "perform" | "drained">;

/**
 * Several transports as one: connections of all of them, and each effect to the transport of its connection.
 *
 * Transports share no codec object: so the connections of one `send`, which share theirs, are of one transport, and a fan-out is
 * looked up once, however many connections it is for. Completes when all of them have closed.
 */
export function mergeTransports(...transports: readonly Merged[]): Transport {
  const owners = new WeakMap<Connection, Merged>();
  const from = (transport: Merged): Observable<Connection> =>
    transport.connections.pipe(map((connection) => {
      owners.set(connection, transport);
      return connection;
    }));

  function ownerOf(effect: Effect): Merged | undefined {
    if (effect.kind !== "send") return owners.get(effect.connection);
    for (const connection of effect.connections) return owners.get(connection);
    return undefined;
  }

  return {
    connections: merge(...transports.map(from)),
    perform(effects) {
      let owner: Merged | undefined;
      let start = 0;
      // Neighbours of one transport go to it as one list, and all of them as the list that came.
      effects.forEach((effect, at) => {
        const next = ownerOf(effect) ?? owner;
        if (owner && next !== owner) {
          owner.perform(effects.slice(start, at));
          start = at;
        }
        owner = next;
      });
      owner?.perform(start === 0 ? effects : effects.slice(start));
    },
    drained: (connection) => owners.get(connection)?.drained(connection) ?? EMPTY,
  };
}
