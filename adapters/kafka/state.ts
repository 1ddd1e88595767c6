/** What the log is known to be. */
import { BehaviorSubject, type Observable } from "rxjs";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { LogState, TopicState } from "../../domain/ports/log.ts";
import type { Background } from "./background.ts";
import type { Cluster, ClusterState } from "./cluster.ts";
import { refusals } from "./refusals.ts";
import { type Durability, judgeDurability, noteForgetful, noteWeak } from "./topics.ts";
import type { KafkaDeadlines } from "./options.ts";
import { bell, wait } from "./wait.ts";

/** The state of a log, kept up to date. */
export interface StateKeeper {
  /** Emits at once, then every change; completes when the log is closed. */
  readonly states: Observable<LogState>;
  /** Says that the log started: all of its topics were there. */
  started(): void;
  /** Says why it does not start. */
  waiting(reason: string): void;
}

const UNJUDGED = "The configuration of Kafka's topics was not read yet";
const UNJUDGED_RETRY_MS = 500;

/** Keeps the state of a log until `signal` aborts. */
export function keepState(cluster: Cluster, options: {
  readonly deadlines: KafkaDeadlines;
  /** Topics that have to keep the last record of each key. */
  readonly compacted: readonly string[];
  readonly telemetry: Telemetry;
  readonly background: Background;
  readonly signal: AbortSignal;
}): StateKeeper {
  const { deadlines, compacted, telemetry, signal } = options;
  const states = new BehaviorSubject<LogState>({
    available: false,
    reason: "Kafka was not reached yet",
    topics: new Map(),
  });
  let unstarted: string | undefined = "Kafka was not reached yet";
  let settled = false;
  let judged: ReadonlyMap<string, Durability> = new Map();
  let refused: ReadonlyMap<string, string> = new Map();
  const foldRefusals = refusals();
  const changed = bell();

  const publish = () => {
    if (signal.aborted) return;
    const { view } = cluster.state;
    // From here on a topic that is not judged yet is one more, and takes nothing away from the others.
    settled ||= view !== undefined && unstarted === undefined &&
      [...view.topics.keys()].every((topic) => judged.has(topic));
    if (view) noteRefusals(foldRefusals({ view, minInSync: minInSync(judged), now: performance.now() }));
    const next = logState(cluster.state, { judged, refused }, unstarted ?? (settled ? undefined : UNJUDGED));
    if (!sameState(states.value, next)) states.next(next);
  };

  const noteRefusals = (next: ReadonlyMap<string, string>) => {
    for (const [topic, reason] of next) {
      if (!refused.has(topic)) telemetry.note("warn", `Kafka refuses every append to topic "${topic}"`, { reason });
    }
    for (const topic of refused.keys()) {
      if (!next.has(topic)) telemetry.note("info", `Kafka takes appends to topic "${topic}" again`);
    }
    refused = next;
  };

  const judge = async () => {
    const noted = new Set<string>();
    while (!signal.aborted) {
      const topics = cluster.state.view?.topics ?? new Map();
      let pause = deadlines.topicsMs;
      if (topics.size > 0) {
        const soonest = wait(UNJUDGED_RETRY_MS, signal);
        try {
          judged = await judgeDurability(cluster, topics, deadlines.requestMs);
          for (const [topic, durability] of judged) {
            if (!noted.has(topic)) noteWeak(telemetry, topic, durability);
            if (!noted.has(topic) && compacted.includes(topic)) noteForgetful(telemetry, topic, durability);
            noted.add(topic);
          }
        } catch (error) {
          pause = UNJUDGED_RETRY_MS;
          telemetry.note("debug", "Cannot read topic configurations", { reason: String(error) });
        }
        publish();
        await soonest;
      }
      await changed.wait(pause, signal);
    }
  };

  const watching = cluster.states.subscribe(({ view }) => {
    // A topic that is not judged yet is not shown yet.
    if ([...view?.topics.keys() ?? []].some((topic) => !judged.has(topic))) changed.ring();
    publish();
  });
  options.background.run(judge());
  signal.addEventListener("abort", () => {
    watching.unsubscribe();
    states.complete();
  }, { once: true });

  return {
    states: states.asObservable(),
    started() {
      unstarted = undefined;
      publish();
    },
    waiting(reason) {
      unstarted = reason;
      publish();
    },
  };
}

function logState(
  { reachable, error, view }: ClusterState,
  { judged, refused }: {
    readonly judged: ReadonlyMap<string, Durability>;
    readonly refused: ReadonlyMap<string, string>;
  },
  unstarted: string | undefined,
): LogState {
  const topics = new Map<string, TopicState>();
  let leaderless: string | undefined;
  for (const [name, topic] of view?.topics ?? []) {
    const durability = judged.get(name)?.level;
    const refusing = refused.get(name);
    const told = refusing === undefined ? {} : { refusing };
    if (durability) topics.set(name, { partitions: topic.partitions.size, durability, ...told });
    if (![...topic.partitions.values()].some(({ leader }) => leader >= 0)) leaderless ??= name;
  }
  if (leaderless !== undefined) leaderless = `No partition of Kafka topic "${leaderless}" has a leader`;
  const reason = !reachable && error ? error.message : unstarted ?? leaderless;
  return reason === undefined ? { available: true, topics } : { available: false, reason, topics };
}

function minInSync(judged: ReadonlyMap<string, Durability>): ReadonlyMap<string, number> {
  const known = [...judged].flatMap(([topic, { minInSync }]) =>
    minInSync === undefined ? [] : [[topic, minInSync] as const]
  );
  return new Map(known);
}

function sameState(a: LogState, b: LogState): boolean {
  return a.available === b.available && a.reason === b.reason && a.topics.size === b.topics.size &&
    [...a.topics].every(([name, topic]) => {
      const other = b.topics.get(name);
      return other?.partitions === topic.partitions && other.durability === topic.durability &&
        other.refusing === topic.refusing;
    });
}
