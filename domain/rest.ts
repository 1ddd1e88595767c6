/** Which partitions of the log nobody on this node needs for now: they rest, and are not read. */
import type { Channel } from "./channel.ts";
import type { ChannelIndex } from "./channel_index.ts";
import type { TopicPartition } from "./log_record.ts";
import type { LogView } from "./log_view.ts";
import { isMisplaced } from "./misplaced.ts";
import type { Batch, OffsetRange, TailRest } from "./ports/log.ts";
import { channelOf, isStateful } from "./route.ts";
import type { RouteTable } from "./route_table.ts";
import { placeOfTarget } from "./target.ts";

/** What rest is judged by. */
export interface RestScene {
  readonly routes: RouteTable;
  readonly view: LogView;
  readonly index: Pick<ChannelIndex, "channels">;
  /** The time, in milliseconds. */
  readonly now: () => number;
  /** A partition rests when nobody has needed it for so long, in milliseconds; `Infinity`: none ever does. */
  readonly afterMs: number;
}

/** Looking at every channel is for so many looks in the time after which a partition rests. */
const LOOKS = 3;
/** Of each batch so many records are looked at: a producer with another partitioner puts most of its records elsewhere. */
const SAMPLES = 8;

/**
 * Says which partitions may rest. One does not where a channel of it has a subscriber; where somebody has subscribed, looked back, or published
 * with a message id lately. No partition of a topic does whose route is of users' own channels or has an operator that keeps time; of which
 * records come in partitions that are not those of their keys, which are to be delivered all the same; or that was given more partitions. One a
 * gateway.
 */
export class Rest implements TailRest {
  readonly #scene: RestScene;
  readonly #neededAt = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #awake = new Set<string>();
  readonly #wakes = new Set<() => void>();
  #lookedAt = -Infinity;

  constructor(scene: RestScene) {
    this.#scene = scene;
    for (const route of scene.routes.routes) {
      // To a channel of its own a client is subscribed from the moment when it connects, which is before it could be asked for.
      if (isStateful(route) || route.variable === "user") this.#awake.add(route.topic);
    }
  }

  mayRest(place: TopicPartition): boolean {
    const { view: log, now, afterMs } = this.#scene;
    if (afterMs === Infinity || this.#awake.has(place.topic) || this.#hasGrown(place.topic)) return false;
    const view = log.partition(place);
    if (!view || !(view.serving || view.resting)) return false;
    const time = now();
    const name = nameOf(place);
    if (!this.#neededAt.has(name)) this.#neededAt.set(name, time);
    const isNeeded = () => time - this.#neededAt.get(name)! < afterMs;
    if (isNeeded()) return false;
    // Who has come since the last look has said so.
    if (time - this.#lookedAt >= afterMs / LOOKS) this.#look(time);
    if (isNeeded()) return false;
    view.rest();
    return true;
  }

  resume(place: TopicPartition, range: OffsetRange): number {
    return this.#scene.view.resume(place, range);
  }

  onNeed(wake: () => void): () => void {
    this.#wakes.add(wake);
    return () => this.#wakes.delete(wake);
  }

  /** Says that somebody needs a partition now. */
  need(place: TopicPartition): void {
    const { view, now, afterMs } = this.#scene;
    if (afterMs === Infinity) return;
    this.#neededAt.set(nameOf(place), now());
    if (view.partition(place)?.resting) { for (const wake of this.#wakes) wake(); }
  }

  /** Looks whether a topic's producers put records where their keys are not. */
  sample({ topic, records }: Pick<Batch, "topic" | "records">): void {
    const { view, routes, afterMs } = this.#scene;
    const partitions = view.partitions(topic);
    if (afterMs === Infinity || partitions === undefined || this.#awake.has(topic)) return;
    for (const record of records.slice(0, SAMPLES)) {
      for (const route of routes.ofTopic(topic)) {
        if (channelOf(route, record.key) !== undefined && isMisplaced(record, route, partitions)) this.keepAwake(topic);
      }
    }
  }

  /** No partition of a topic rests from now on. */
  keepAwake(topic: string): void {
    if (this.#awake.has(topic)) return;
    this.#awake.add(topic);
    for (const wake of this.#wakes) wake();
  }

  /** Producers may go on for long with the partition count that they know. */
  #hasGrown(topic: string): boolean {
    const count = this.#scene.view.partitions(topic);
    if (count === undefined) return true;
    if (!this.#counts.has(topic)) this.#counts.set(topic, count);
    return this.#counts.get(topic) !== count;
  }

  /** Takes note of every partition of which a channel has a subscriber. */
  #look(time: number): void {
    this.#lookedAt = time;
    const { index, routes } = this.#scene;
    for (const channel of index.channels() as Iterable<Channel>) {
      const match = routes.find(channel);
      const place = match && placeOfTarget(this.#scene, { channel, match });
      if (place) this.#neededAt.set(nameOf(place), time);
    }
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
