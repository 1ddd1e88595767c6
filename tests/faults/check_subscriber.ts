/** Whether one subscriber got what the log has: all of it, once, in its order, or was told why not. */
import type { Breach, Problem } from "./check_evidence.ts";
import type { SubscriberLog, Told } from "./evidence.ts";
import type { Lane, Lanes } from "./lanes.ts";

/** What is wrong with what a subscriber was told, channel by channel. */
export function checkSubscriber(subscriber: SubscriberLog, lanes: Lanes): Problem[] {
  return subscriber.channels.flatMap((channel) => {
    const walk = new ChannelWalk(lanes.get(channel) ?? new Map(), subscriber.mayHear);
    for (const told of subscriber.told) if (told.channel === channel) walk.take(told);
    walk.end();
    return walk.problems.map(({ breach, text }) => ({ breach, text: `${subscriber.name} on ${channel}: ${text}` }));
  });
}

/** Walks along the lanes of a channel with what a subscriber was told of it. */
class ChannelWalk {
  readonly problems: Problem[] = [];
  readonly #lanes: ReadonlyMap<number, Lane>;
  readonly #mayHear: readonly string[];
  readonly #place = new Map<string, { readonly partition: number; readonly at: number }>();
  /** How far it is in each partition. */
  readonly #next = new Map<number, number>();
  readonly #got = new Set<string>();
  /** Passed over, with nothing said. */
  readonly #missing = new Map<string, string>();
  /** Where it was told of a loss since the last publication: it may go on further ahead. */
  #mayJump = new Set<number>();
  #started = false;

  constructor(lanes: ReadonlyMap<number, Lane>, mayHear: readonly string[]) {
    this.#lanes = lanes;
    this.#mayHear = mayHear;
    for (const [partition, lane] of lanes) {
      lane.forEach((messageId, at) => this.#place.set(messageId, { partition, at }));
    }
  }

  take(told: Told): void {
    if (told.kind === "publication") return this.#publication(told.messageId);
    this.#started = true;
    if (told.kind === "subscribed" && told.recovered) return;
    const reason = "reason" in told && told.reason !== undefined ? told.reason : told.kind;
    if (!this.#mayHear.includes(reason)) this.#problem("untrue", `was told ${reason} (${told.kind})`);
    this.#mayJump = new Set(this.#lanes.keys());
  }

  end(): void {
    if (!this.#started) this.#problem("gap", "was never subscribed");
    for (const [messageId, text] of this.#missing) this.#problem("gap", `${messageId} is missing ${text}`);
    for (const [partition, lane] of this.#lanes) {
      // It was told, and what comes now comes in other partitions.
      if (this.#mayJump.has(partition) && this.#mayJump.size < this.#lanes.size) continue;
      const rest = lane.slice(this.#next.get(partition) ?? 0);
      if (rest.length > 0) this.#problem("gap", `the last ${rest.length} are missing, from ${rest[0]} on`);
    }
  }

  #publication(messageId: string): void {
    const place = this.#place.get(messageId);
    if (!place) return this.#problem("untrue", `got ${messageId}, which is not in the log`);
    const { partition, at } = place;
    if (this.#got.has(messageId)) return this.#problem("doubled", `got ${messageId} twice`);
    this.#got.add(messageId);
    const lane = this.#lanes.get(partition)!;
    const next = this.#next.get(partition) ?? 0;
    if (at < next) {
      this.#missing.delete(messageId);
      return this.#problem("disordered", `got ${messageId} after ${lane[next - 1]}`);
    }
    if (!this.#mayJump.delete(partition)) {
      for (const passed of lane.slice(next, at)) this.#missing.set(passed, `before ${messageId}`);
    }
    this.#next.set(partition, at + 1);
  }

  #problem(breach: Breach, text: string): void {
    this.problems.push({ breach, text });
  }
}
