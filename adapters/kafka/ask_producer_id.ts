/** Gets the identity under which a lane appends. */
import type { Random } from "../../domain/ports/clock.ts";
import { type Link, LinkError } from "./link.ts";
import { ProducerIdentity } from "./producer_identity.ts";
import { jitter, wait } from "./wait.ts";
import { KAFKA_ERRORS, kafkaErrorName } from "./wire/errors.ts";
import { INIT_PRODUCER_ID, initProducerId } from "./wire/init_producer_id.ts";

/** The brokers let this user append to no topic at all. */
export class AppendForbidden extends Error {
  override readonly name = "AppendForbidden";
}

/** A broker that runs out of ids gets new ones from its controller, and says meanwhile that it is busy. */
const BUSY_TRIES = 5;
const BUSY_MS = { baseMs: 20, capMs: 200 };

/**
 * Asks a broker for an identity that nobody has.
 *
 * @throws {AppendForbidden} where the brokers let this user append nowhere
 * @throws {LinkError} on anything else
 */
export async function askProducerId(
  link: Link,
  options: { readonly deadlineMs: number; readonly random: Random; readonly signal: AbortSignal },
): Promise<ProducerIdentity> {
  const { deadlineMs, random, signal } = options;
  for (let tries = 1;; tries++) {
    const { error, id, epoch } = await link.ask(INIT_PRODUCER_ID, initProducerId, deadlineMs);
    if (error === KAFKA_ERRORS.NONE) return new ProducerIdentity(id, epoch);
    if (error === KAFKA_ERRORS.CLUSTER_AUTHORIZATION_FAILED) {
      throw new AppendForbidden(`${kafkaErrorName(error)}; grant WRITE on the topic`);
    }
    if (error !== KAFKA_ERRORS.COORDINATOR_LOAD_IN_PROGRESS || tries === BUSY_TRIES) {
      throw new LinkError(`Cannot get a producer id at ${link.address}: ${kafkaErrorName(error)}`);
    }
    await wait(jitter(tries, { ...BUSY_MS, fraction: random.fraction }), signal);
  }
}
