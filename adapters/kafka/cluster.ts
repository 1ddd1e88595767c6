/** Follows what brokers say of the cluster. */
import { BehaviorSubject, type Observable } from "rxjs";
import type { Background } from "./background.ts";
import { type ClusterView, clusterViews } from "./cluster_view.ts";
import { type Link, LinkError } from "./link.ts";
import type { LinkPool } from "./link_pool.ts";
import type { KafkaDeadlines } from "./options.ts";
import { bell, jitter, wait } from "./wait.ts";
import { METADATA, metadata } from "./wire/metadata.ts";
import type { Random } from "../../domain/ports/clock.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";

/** What is known of the cluster now. */
export interface ClusterState {
  /** Whether a broker answered the last time that one was asked. */
  readonly reachable: boolean;
  /** Why none did. */
  readonly error?: LinkError;
  /** The last answer; absent before the first one. */
  readonly view?: ClusterView;
}

/** The cluster, followed. */
export interface Cluster {
  /** Emits at once, then every answer and every failure; never ends. */
  readonly states: Observable<ClusterState>;
  readonly state: ClusterState;
  /** The connection for short questions to a broker. Fails with `LinkError`. */
  link(nodeId: number): Promise<Link>;
  /** Looks at once: something that was known turned out to be wrong. */
  refresh(): void;
}

/** What a cluster is made of. */
export interface ClusterOptions {
  readonly pool: LinkPool;
  /** The brokers to ask first, `host:port`. */
  readonly seeds: readonly string[];
  readonly topics: readonly string[];
  readonly deadlines: KafkaDeadlines;
  readonly telemetry: Telemetry;
  readonly random: Random;
  readonly background: Background;
  readonly signal: AbortSignal;
}

/** Looks at most this often, in milliseconds, however often it is told to. */
const LOOK_GAP_MS = 100;
/** How soon it looks again where an answer may have been that of a broker which has just started. */
const UNSURE_MS = 300;
const RETRY_CAP_MS = 2_000;
/** How many brokers are tried at once. */
const TRIED_AT_ONCE = 5;

/** Follows a cluster until `signal` aborts: forever, with growing pauses while no broker can be reached. */
export function followCluster(options: ClusterOptions): Cluster {
  const { pool, deadlines, random, telemetry, background, signal } = options;
  const states = new BehaviorSubject<ClusterState>({ reachable: false });
  const hint = bell();
  let current: Link | undefined;

  const follow = async () => {
    const fold = clusterViews();
    for (let failures = 0; !signal.aborted;) {
      try {
        const view = fold(await ask());
        if (signal.aborted) return;
        if (!states.value.reachable) reached(failures);
        failures = 0;
        states.next({ reachable: true, view });
        await hint.wait(view.unsure ? UNSURE_MS : deadlines.stateMs, signal);
        await wait(LOOK_GAP_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        const retryInMs = jitter(failures++, { baseMs: 250, capMs: RETRY_CAP_MS, fraction: random.fraction });
        failed(error, retryInMs);
        await wait(retryInMs, signal);
      }
    }
  };

  const reached = (failures: number) => {
    if (states.value.view) telemetry.count("log_reconnects");
    if (failures > 0) telemetry.note("info", "Reached Kafka", { brokers: options.seeds.join(",") });
  };

  const failed = (error: unknown, retryInMs: number) => {
    const reason = mostTelling(error);
    telemetry.note("warn", "Cannot reach Kafka", {
      brokers: options.seeds.join(","),
      reason: reason.message,
      retryInMs,
    });
    const { view } = states.value;
    states.next({ reachable: false, error: reason, ...(view ? { view } : {}) });
  };

  const ask = async () => {
    if (current && !current.closed) {
      try {
        return await askLink(current);
      } catch (error) {
        if (signal.aborted) throw error;
      }
    }
    const known = [...states.value.view?.brokers.values() ?? [], ...options.seeds];
    const tried = shuffle([...new Set(known)], random).slice(0, TRIED_AT_ONCE);
    return await Promise.any(tried.map(async (address) => await askLink(await pool.get(address))));
  };

  const askLink = async (link: Link) => {
    const answer = await link.ask(METADATA, (version) => metadata(version, options.topics), deadlines.requestMs);
    current = link;
    return answer;
  };

  background.run(follow());
  return {
    states: states.asObservable(),
    get state() {
      return states.value;
    },
    async link(nodeId) {
      const address = states.value.view?.brokers.get(nodeId);
      if (address === undefined) throw new LinkError(`Cannot reach Kafka broker ${nodeId}: its address is not known`);
      return await pool.get(address);
    },
    refresh: hint.ring,
  };
}

function mostTelling(error: unknown): LinkError {
  const errors = error instanceof AggregateError ? error.errors : [error];
  const known = errors.filter((each) => each instanceof LinkError);
  return known.find((each) => each.fatal !== undefined) ?? known[0] ?? new LinkError(String(errors[0]));
}

function shuffle<T>(items: T[], random: Random): T[] {
  return items.map((item) => ({ item, at: random.fraction() })).sort((a, b) => a.at - b.at).map(({ item }) => item);
}
