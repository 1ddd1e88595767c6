/** The broker that keeps a group, or the transactions of a name: asked wherever it is. */
import type { Kafka } from "kafkajs";
import type { Random } from "../../../domain/ports/clock.ts";
import type { Cluster } from "../cluster.ts";
import { type Link, LinkError, openLink } from "../link.ts";
import type { KafkaDeadlines } from "../options.ts";
import type { Api, Call } from "../wire/call.ts";
import { KAFKA_ERRORS, kafkaErrorName } from "../wire/errors.ts";
import { type CoordinatorOf, FIND_COORDINATOR, findCoordinator } from "../wire/find_coordinator.ts";

/** What asking a coordinator needs. */
export interface CoordinatorParts {
  readonly kafka: Kafka;
  readonly cluster: Pick<Cluster, "state" | "link">;
  readonly deadlines: Pick<KafkaDeadlines, "connectMs" | "requestMs">;
  readonly random: Random;
  /** Ends the connection for good. */
  readonly signal: AbortSignal;
}

/** A coordinator. */
export interface Coordinator {
  /**
   * Asks one thing, once. Fails with `LinkError` where the coordinator cannot be reached, or is another one by now: the next
   * question looks for it anew. Other errors of Kafka's are in the answer.
   */
  ask<T extends { readonly error: number }>(api: Api, make: (version: number) => Call<T>, waitMs?: number): Promise<T>;
  /** Ends the connection; what is being asked fails. The next question makes another one. */
  drop(): void;
}

/** It is elsewhere, or busy: to be looked for and asked again. */
const ELSEWHERE = new Set<number>([
  KAFKA_ERRORS.COORDINATOR_LOAD_IN_PROGRESS,
  KAFKA_ERRORS.COORDINATOR_NOT_AVAILABLE,
  KAFKA_ERRORS.NOT_COORDINATOR,
]);

/** Makes the way to a coordinator; it looks for it when something is asked, and ends when the signal aborts. */
export function coordinator(parts: CoordinatorParts, of: CoordinatorOf): Coordinator {
  const { kafka, cluster, deadlines, random, signal } = parts;
  let link: Link | undefined;
  let connecting: Promise<Link> | undefined;

  const find = async () => {
    const nodes = [...cluster.state.view?.brokers.keys() ?? []];
    if (nodes.length === 0) throw new LinkError("Cannot look for a coordinator: Kafka was not reached yet");
    // Another one each time: who cannot be reached is not asked for ever.
    const any = await cluster.link(nodes[Math.floor(random.fraction() * nodes.length)]!);
    const found = await any.ask(FIND_COORDINATOR, (version) => findCoordinator(version, of), deadlines.requestMs);
    if (found.error !== KAFKA_ERRORS.NONE) throw new CoordinatorError(of, found.error);
    return await openLink(kafka, found, { deadlineMs: deadlines.connectMs, signal });
  };

  const connect = async () => {
    if (link && !link.closed) return link;
    try {
      return link = await (connecting ??= find());
    } finally {
      connecting = undefined;
    }
  };

  return {
    async ask(api, make, waitMs = 0) {
      const open = await connect();
      const answer = await open.ask(api, make, deadlines.requestMs + waitMs);
      if (!ELSEWHERE.has(answer.error)) return answer;
      open.close();
      throw new CoordinatorError(of, answer.error);
    },
    drop: () => link?.close(),
  };
}

/** The coordinator said that it is none, or none was found. */
export class CoordinatorError extends LinkError {
  constructor(of: CoordinatorOf, readonly error: number) {
    super(`Cannot ask the coordinator of ${of.kind} "${of.name}": ${kafkaErrorName(error)}`);
  }
}
