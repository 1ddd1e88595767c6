/** From a configured log to one that works. */
import { Subscription } from "rxjs";
import { CONTROL_TOPIC } from "../../domain/deny_list.ts";
import { PRESENCE_TOPIC } from "../../domain/presence_word.ts";
import type { Cluster } from "./cluster.ts";
import type { KafkaDeadlines, TopicCreation } from "./options.ts";
import { KafkaStartError } from "./start_error.ts";
import type { StateKeeper } from "./state.ts";
import { createTopics } from "./topics.ts";
import { bell } from "./wait.ts";

/** What starting needs. */
export interface StartOptions {
  readonly cluster: Cluster;
  readonly keeper: StateKeeper;
  readonly topics: readonly string[];
  readonly createTopics: false | TopicCreation;
  readonly compacted: readonly string[];
  readonly deadlines: KafkaDeadlines;
  /** The topics among them whose records are to be read. */
  readonly reads: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Waits, for as long as it takes, until brokers were reached and all topics are there, and makes the missing ones where
 * it may. Resolves when the log is available for the first time.
 *
 * @throws {KafkaStartError} on a mistake that waiting does not mend
 * @throws {Error} where `signal` aborts first
 */
export async function start(options: StartOptions): Promise<void> {
  const { cluster, keeper, signal } = options;
  const changed = bell();
  const watching = new Subscription();
  watching.add(cluster.states.subscribe(changed.ring));
  let available = false;
  watching.add(keeper.states.subscribe((state) => {
    available = state.available;
    changed.ring();
  }));
  try {
    while (!signal.aborted) {
      const reason = await whyNot(options);
      if (reason === undefined) keeper.started();
      else keeper.waiting(reason);
      if (available) return;
      await changed.wait(60_000, signal);
    }
    throw new Error("Cannot start: the log was closed before Kafka was reached");
  } catch (error) {
    if (error instanceof KafkaStartError) keeper.waiting(error.message);
    throw error;
  } finally {
    watching.unsubscribe();
  }
}

/** Why the log does not work yet; `undefined` where all of its topics are there. */
async function whyNot(options: StartOptions): Promise<string | undefined> {
  const { cluster, deadlines } = options;
  const { view, error } = cluster.state;
  if (error?.fatal) throw new KafkaStartError(`Cannot start: ${error.message}`);
  if (!view) return "Kafka was not reached yet";
  if (view.forbidden.length > 0) {
    throw new KafkaStartError(
      `Cannot start: not allowed to see Kafka ${named(view.forbidden)}; grant DESCRIBE, READ and WRITE on it`,
    );
  }
  const unreadable = view.unreadable.filter((topic) => options.reads.includes(topic));
  if (unreadable.length > 0) {
    throw new KafkaStartError(`Cannot start: not allowed to read Kafka ${named(unreadable)}; grant READ on it`);
  }
  const absent = options.topics.filter((topic) => !view.topics.has(topic));
  if (absent.length === 0) return undefined;
  if (view.missing.length < absent.length) return "Kafka's topics are not known yet";
  if (!options.createTopics) {
    throw new KafkaStartError(
      `Cannot start: Kafka ${named(absent)} ${absent.length === 1 ? "does" : "do"} not exist; ` +
        `create ${
          absent.length === 1 ? "it" : "them"
        }, or set create_topics = true (in a script: createTopics of kafkaSink)` +
        compactedHint(options, absent),
    );
  }
  try {
    await createTopics(cluster, absent, {
      creation: options.createTopics,
      compacted: options.compacted,
      deadlineMs: deadlines.requestMs,
    });
  } catch (failure) {
    if (failure instanceof KafkaStartError) throw failure;
    return `Cannot create Kafka ${named(absent)}: ${failure instanceof Error ? failure.message : failure}`;
  } finally {
    cluster.refresh();
  }
  return `Kafka ${named(absent)} was created a moment ago`;
}

/** Some of the topics are no route's: what they are for is not plain, nor that a usual topic would not do. */
function compactedHint({ compacted }: StartOptions, absent: readonly string[]): string {
  return compacted.filter((topic) => absent.includes(topic)).map((topic) =>
    `; ${topic} needs one partition and cleanup.policy=compact${PURPOSES[topic] ?? ""}`
  ).join("");
}

/** What the topics are for that gateways tell each other something by. */
const PURPOSES: Readonly<Record<string, string>> = {
  [CONTROL_TOPIC]: ": it holds the deny list, and is not needed with auth.deny_list = false",
  [PRESENCE_TOPIC]: ": it tells who is present on all nodes, and is not needed where no route has presence_scope",
};

function named(topics: readonly string[]): string {
  return `${topics.length === 1 ? "topic" : "topics"} ${topics.map((topic) => `"${topic}"`).join(", ")}`;
}
