/** Messages by plain HTTP: publishes, and events of channels, for those who cannot hold a WebSocket. */
import { EMPTY, Subject } from "rxjs";
import { disconnect } from "../../domain/disconnect.ts";
import type { Handshake } from "../../domain/ports/authenticator.ts";
import type { Connection, Effect, Transport } from "../../domain/ports/transport.ts";
import { Sweep } from "../transport/sweep.ts";
import { AddressPlaces, networkOf } from "../transport/address_places.ts";
import { type TransportStats, transportStats } from "../transport/transport_stats.ts";
import { Turn } from "../transport/turn.ts";
import { admit } from "./admit.ts";
import { handshakeOf } from "../transport/request_handshake.ts";
import type { HttpAnswer, HttpConnection, Quay } from "./http_connection.ts";
import { httpLimits, type HttpTransportOptions } from "./http_options.ts";
import type { Peer } from "./peer.ts";
import { type HttpRefusal, refuseHttp } from "./refusal.ts";
import type { Accept } from "./resource.ts";
import { resources } from "./resources.ts";
import { respond } from "./respond.ts";

/** A request that is to be let in. */
interface Arrival {
  readonly peer: Peer;
  readonly handshake: Handshake;
  /** Of its client's address; absent where that cannot be known. */
  readonly network: string | undefined;
  readonly accept: Accept;
}

/** A transport whose connections are HTTP requests, and which is to be closed by who opened it. */
export interface HttpTransport extends Transport {
  /**
   * Answers a request for one of the transport's paths; `undefined` where the path is none of them. Never rejects. The signal of the
   * request, or the end of reading the response, has to tell when the client has gone.
   */
  fetch(request: Request, peer: Peer): Promise<Response> | undefined;
  /** What is open now. */
  stats(): TransportStats;
  /** Refuses requests with 503 from now on. Those that are open go on. */
  stopAccepting(): void;
  /** Ends what is open, with `draining` where nothing else was said, after what is queued. Safe to call twice. */
  close(): void;
}

/**
 * A transport of plain HTTP: `POST /publish?channel=...` publishes its body and answers with the position, `GET /events?channel=...`
 * streams the publications of channels as server-sent events. `docs/http.md` is the whole of it.
 *
 * Each request is a connection for as long as it is open, so that the domain judges, limits, drains and counts it as it does a
 * WebSocket. It listens to nothing itself: requests come by `fetch`, from whatever server there is.
 */
export function openHttpTransport(options: HttpTransportOptions): HttpTransport {
  const { authenticator, clock: { scheduler }, random, telemetry, isPageAllowed = () => false } = options;
  const limits = httpLimits(options.limits);
  const accepted = new Subject<Connection>();
  const open = new Set<HttpConnection>();
  const { addressOf = ({ remoteAddress }) => remoteAddress } = options;
  const places = new AddressPlaces(limits.connectionsPerAddress);
  const leaving = new WeakMap<HttpConnection, () => void>();
  let arriving = 0;
  let state: "open" | "draining" | "closed" = "open";

  const turn = new Turn<HttpConnection>({
    failed: (connection, error) => {
      telemetry.note("error", "Cannot write to a connection", { session: connection.session, error: String(error) });
      connection.abandon();
    },
  });
  const sweep = new Sweep(scheduler, {
    shortestMs: 1000 * Math.min(limits.pingSeconds, limits.closeSeconds),
    tick: () => open.forEach((connection) => connection.tick()),
  });
  const quay: Quay = {
    limits,
    sweep,
    spared: (count) => telemetry.count("publications_skipped", count),
    touch: (connection) => turn.touch(connection),
    left: (connection) => {
      if (open.delete(connection)) telemetry.count("connections_closed");
      leaving.get(connection)?.();
      if (state === "closed" && open.size === 0) sweep.stop();
    },
  };
  const paths = resources({ ...options, limits, quay, random, scheduler });

  function closedBecause(): HttpRefusal | undefined {
    const message = (why: string) => ({ message: `Cannot take this request: ${why}` });
    if (state !== "open") return refuseHttp("ServiceUnavailable", "draining", message("this node is draining"));
    if (!accepted.observed) {
      return refuseHttp("ServiceUnavailable", "unavailable", message("this node is not ready yet"));
    }
    const why = options.closedBecause?.();
    if (why !== undefined) return refuseHttp("ServiceUnavailable", "unavailable", message(why));
    const count = open.size + arriving;
    if (count < limits.connections) return undefined;
    return refuseHttp("ServiceUnavailable", "unavailable", message(`this node has ${count} of them open, its limit`));
  }

  /** Lets a request in, hands it to the domain, and waits for what comes of it. */
  async function attend(request: Request, { peer, accept }: { peer: Peer; accept: Accept }): Promise<HttpAnswer> {
    const handshake = handshakeOf(request, peer);
    const address = addressOf(handshake);
    if (address !== undefined && !places.hasRoom(address)) return crowded();
    const leave = address === undefined ? () => {} : places.take(address);
    const network = address === undefined ? undefined : networkOf(address);
    const connection = await arrive(request, { peer, handshake, network, accept }).catch(failed);
    if ("status" in connection) {
      leave();
      return connection;
    }
    leaving.set(connection, leave);
    const gone = () => connection.abandon();
    request.signal.addEventListener("abort", gone, { once: true });
    open.add(connection);
    telemetry.count("connections_opened");
    accepted.next(connection);
    return await connection.answer;
  }

  async function arrive(
    request: Request,
    { peer, handshake, network, accept }: Arrival,
  ): Promise<HttpConnection | HttpRefusal> {
    const refusal = closedBecause();
    if (refusal) return refusal;
    arriving++;
    try {
      const admission = await admit(handshake, { authenticator, limits, scheduler });
      if ("status" in admission) return admission;
      // Each request may be another anonymous user: their network's rate is what holds them.
      const payer = admission.kind === "awaited" ? network : undefined;
      const connection = await accept({ peer, admission, payer });
      if (request.signal.aborted) return refuseHttp("BadRequest", "cancelled", { message: "The client has gone" });
      // Time has passed since it was asked.
      return state !== "open" || !accepted.observed ? closedBecause()! : connection;
    } finally {
      arriving--;
    }
  }

  function crowded(): HttpRefusal {
    telemetry.count("connections_refused_address");
    return refuseHttp("TooManyRequests", "limit_exceeded", {
      message:
        `Cannot take this request: its address has ${limits.connectionsPerAddress} of them open, the most that one may`,
      headers: { "retry-after": "5" },
    });
  }

  function fetch(request: Request, peer: Peer): Promise<Response> | undefined {
    const url = new URL(request.url);
    const resource = Object.hasOwn(paths, url.pathname) ? paths[url.pathname] : undefined;
    if (!resource) return undefined;
    return respond(request, {
      resource,
      isPageAllowed: isPageAllowed(handshakeOf(request, peer)),
      attend: async () => {
        const accept = resource.judge(request, url);
        const answer = "status" in accept ? accept : await attend(request, { peer, accept });
        if ("status" in answer) telemetry.count("connections_refused");
        return answer;
      },
    });
  }

  function failed(error: unknown): HttpRefusal {
    telemetry.note("error", "Cannot judge a request", { error: String(error) });
    return refuseHttp("InternalServerError", "internal", { message: "Cannot answer: the gateway failed" });
  }

  function perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") {
        for (const connection of effect.connections) find(connection)?.queue(effect.frame);
      } else if (effect.kind === "close") {
        find(effect.connection)?.end(effect.disconnect);
      }
    }
  }

  function find(connection: Connection): HttpConnection | undefined {
    return open.has(connection as HttpConnection) ? connection as HttpConnection : undefined;
  }

  return {
    connections: accepted.asObservable(),
    fetch,
    perform,
    drained: (connection) => find(connection)?.drained() ?? EMPTY,
    stats: () => transportStats(open),
    stopAccepting: () => {
      if (state === "open") state = "draining";
    },
    close() {
      if (state === "closed") return;
      state = "closed";
      for (const connection of open) connection.end(disconnect("draining"));
      if (open.size === 0) sweep.stop();
      accepted.complete();
    },
  };
}
