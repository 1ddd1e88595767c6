/** The gateway: connections and a log in, effects on connections out. */
import {
  concatMap,
  connect,
  EMPTY,
  ignoreElements,
  last,
  merge,
  NEVER,
  type Observable,
  of,
  takeUntil,
  tap,
} from "rxjs";
import { mergeEach } from "../streams/merge_each.ts";
import { takeTurns } from "../streams/take_turns.ts";
import { ChannelIndex } from "./channel_index.ts";
import type { DenyList } from "./deny_list.ts";
import { endExpired } from "./end_session.ts";
import { followDenials } from "./follow_denials.ts";
import { followLog } from "./follow_log.ts";
import { type GatewayStats, gatewayStats } from "./gateway_stats.ts";
import { keepPresence, leavePresence } from "./keep_presence.ts";
import { LogView } from "./log_view.ts";
import { NO_ENVELOPES } from "./ports/envelope.ts";
import type { LogState } from "./ports/log.ts";
import type { Effect } from "./ports/transport.ts";
import { Presence } from "./presence.ts";
import { RateLimits } from "./rate_limits.ts";
import { Rest } from "./rest.ts";
import type { RouteTable } from "./route_table.ts";
import { type Drain, runSession } from "./run_session.ts";
import type { GatewayPorts, Scene } from "./scene.ts";
import { SharedFolds } from "./shared_folds.ts";
import { SessionRegistry } from "./session_registry.ts";
import { Setbacks } from "./setbacks.ts";
import type { GatewaySettings } from "./settings.ts";

/** What a gateway is made of, besides its ports. */
export interface GatewayOptions {
  /** The channels that it serves. */
  readonly routes: RouteTable;
  /** Its limits and deadlines. */
  readonly settings: GatewaySettings;
  /** Emits once when the gateway is to end its sessions and then itself; must be hot or replay. Default: never. */
  readonly drain?: Observable<Drain>;
  /**
   * Who is not let in: the gateway reads it from its topic, which the log has to have. Give the transport an authenticator that asks it, too:
   * {@linkcode refuseDenied}. Default: nobody can be denied.
   */
  readonly denials?: DenyList;
  /**
   * The topic by which the gateways on the log tell each other who is present, usually {@linkcode PRESENCE_TOPIC}: the log has to have it, and to
   * compact it. Only read where a route shares presence. Default: this gateway is the only one.
   */
  readonly presenceTopic?: string;
}

/** Whether the gateway can do its work, and what stands in the way by name. */
export interface Readiness {
  /** Whether every check says `ok`. */
  readonly ready: boolean;
  /** By name - `log`, `appends`, `tail`, `drain` - `ok`, or what stands in the way. */
  readonly checks: Readonly<Record<string, string>>;
}

/** A gateway that does nothing until its effects are subscribed to. */
export interface Gateway {
  /**
   * Everything that is to be done to connections, in order. Subscribe once, and hand each list to the transport at once:
   * `gateway(...).effects.subscribe((effects) => transport.perform(effects))`. Completes when it was drained and every
   * session has ended; errors where the log's tail does. Unsubscribing ends it at once.
   */
  readonly effects: Observable<readonly Effect[]>;
  /** What readiness probes ask. `forOperator`: with why the log is away, which names brokers; not for the public. */
  readiness(options?: { readonly forOperator: boolean }): Readiness;
  /** What there is now. Looks at every channel: for a scrape, not for each message. */
  stats(): GatewayStats;
}

/**
 * Plugs the pipelines together. Throws where a route has `value: "capnp"` and the ports have no envelopes.
 *
 * @example
 * ```ts
 * import { compileRoute, DEFAULT_SETTINGS, gateway, type GatewayPorts, routeTable } from "@tidegate/tidegate";
 *
 * function run(ports: GatewayPorts) {
 *   const routes = routeTable([compileRoute({ channel: "chat:{room}", topic: "chat" })]);
 *   return gateway(ports, { routes, settings: { ...DEFAULT_SETTINGS, node: "one" } });
 * }
 * ```
 */
export function gateway(ports: GatewayPorts, options: GatewayOptions): Gateway {
  const { routes, settings, denials } = options;
  const view = new LogView(settings.duplicates);
  const { envelopes } = ports;
  const needy = routes.routes.find((route) => route.value === "capnp");
  if (needy && !envelopes) {
    throw new TypeError(`Cannot serve route ${needy.channel} with value "capnp": give the gateway envelopes`);
  }
  const presence = presenceOf(ports, options);
  const index = new ChannelIndex();
  const now = () => ports.clock.scheduler.now();
  const scene: Scene = {
    ...ports,
    envelopes: envelopes ?? NO_ENVELOPES,
    routes,
    settings,
    view,
    index,
    rest: new Rest({ routes, view, index, now, afterMs: settings.restAfterMs }),
    folds: new SharedFolds(),
    sessions: new SessionRegistry(ports.clock.scheduler.now()),
    turns: takeTurns(),
    setbacks: new Setbacks(),
    ...(denials ? { denials } : {}),
    ...(presence ? { presence } : {}),
    rates: new RateLimits(settings.rates),
  };
  let draining = false;
  // As it came, and not shared by an operator: each connection listens to it as long as it lives.
  const drain$ = options.drain ?? NEVER;

  const sessions$ = ports.transport.connections.pipe(
    takeUntil(drain$.pipe(tap(() => draining = true))),
    // The transport limits how many connections there are.
    mergeEach((connection) => runSession(scene, connection, drain$)),
  );
  const state$ = ports.log.state.pipe(tap(learn), ignoreElements());
  const effects = sessions$.pipe(
    connect((shared$) =>
      merge(
        state$,
        denials ? followDenials(scene, denials) : EMPTY,
        followLog(scene),
        shared$.pipe(endExpired(scene)),
        presence ? shared$.pipe(keepPresence(scene, presence)) : EMPTY,
        shared$,
      ).pipe(
        takeUntil(
          shared$.pipe(last(null, null), concatMap(() => presence ? leavePresence(scene, presence) : of(null))),
        ),
      )
    ),
  );
  return { effects, readiness, stats: () => gatewayStats(scene) };

  function learn(state: LogState): void {
    const { available, reason } = state;
    if (available !== view.state.available) {
      ports.telemetry.note(available ? "info" : "warn", available ? "The log is available" : "The log is away", {
        reason,
      });
    }
    view.learn(state);
    denials?.learn(state, ports.clock.scheduler.now());
    presence?.topic?.learn(state);
  }

  function readiness({ forOperator } = { forOperator: false }): Readiness {
    const { available, reason } = view.state;
    const checks = {
      // Probes may be public: why the log is away is for the operator, as it names brokers.
      log: available ? "ok" : forOperator && reason !== undefined ? `away: ${reason}` : "away",
      appends: refusing(forOperator) ?? "ok",
      tail: view.servesAll(routes.topics) ? "ok" : "still reading the log",
      drain: draining ? "draining" : "ok",
      ...(denials ? { denyList: denials.problem(ports.clock.scheduler.now()) ?? "ok" } : {}),
      ...(presence?.topic ? { presence: presence.problem ?? "ok" } : {}),
    };
    return { ready: Object.values(checks).every((check) => check === "ok"), checks };
  }

  /** What stands in the way of appending to a topic of the routes. */
  function refusing(forOperator: boolean): string | undefined {
    const reasons = routes.topics.flatMap((topic) => {
      const reason = view.state.topics.get(topic)?.refusing;
      return reason === undefined ? [] : [`topic "${topic}": ${reason}`];
    });
    if (reasons.length === 0) return undefined;
    return forOperator ? `refused: ${reasons.join("; ")}` : "refused";
  }
}

/** The presence of a gateway with routes that share it. A node that was stopped and runs again is another one, whatever its name. */
function presenceOf(
  { random }: GatewayPorts,
  { routes, settings, presenceTopic }: GatewayOptions,
): Presence | undefined {
  if (routes.routes.every(({ presenceScope }) => presenceScope === "node")) return undefined;
  return new Presence({
    node: `${settings.node}~${random.uuid().slice(0, 8)}`,
    expiryMs: settings.presenceExpiryMs,
    ...(presenceTopic === undefined ? {} : { topic: presenceTopic }),
  });
}
