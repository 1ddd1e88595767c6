/** The clients of one load process: who connects, and who subscribes to what. */
import { turnClock } from "../measure/clock.ts";
import { type Client, openClient } from "./client.ts";
import { channelName, channelsOf, type CrowdPlan } from "./crowd_plan.ts";
import type { Dialect, Said } from "./dialect.ts";
import { Tally } from "./tally.ts";

/** Handshakes at once. */
const OPENING_AT_ONCE = 32;

/** How long a server may take to answer a client's requests, in milliseconds. */
const ANSWER_MS = 60_000;

/** How clients are opened where that is not as usual. */
export interface CrowdOptions {
  /** Handshakes at once. */
  readonly atOnce?: number;
  /** By client and channel, the cursors behind which they go on. */
  readonly since?: readonly ReadonlyMap<string, string>[];
  /** Told of each client that begins to connect. */
  readonly opening?: (client: number) => void;
  /** Told of each message with deliveries, and whose it is. */
  readonly delivered?: (client: number, tally: Tally) => void;
}

/** Clients that are connected and subscribed. */
export interface Crowd {
  readonly clients: readonly Client[];
  readonly tally: Tally;
  /** By client and channel, the cursors that the server gave when they subscribed, where it has such. */
  readonly cursors: readonly ReadonlyMap<string, string>[];
  /** Why clients ended that should not have, by how often. */
  readonly ended: ReadonlyMap<string, number>;
  /** Told of what comes to each active client besides deliveries and answers to subscribes. */
  hear: (client: number, said: Said) => void;
  close(): void;
}

/**
 * Opens clients, some at once, and resolves when all have what they asked for.
 *
 * @param dialectOf the protocol of each client, by its number
 * @throws {Error} where one is refused
 */
export async function openCrowd(
  plan: CrowdPlan,
  dialectOf: (client: number) => Dialect,
  { atOnce = OPENING_AT_ONCE, since, opening, delivered }: CrowdOptions = {},
): Promise<Crowd> {
  const { port, origin, first, channels, bytes } = plan;
  const tally = new Tally({ clients: plan.clients, channels, bytes });
  const clients: Client[] = [];
  const ended = new Map<string, number>();
  const cursors = Array.from({ length: plan.clients }, () => new Map<string, string>());
  const crowd = {
    clients,
    tally,
    cursors,
    ended,
    hear: (_client: number, _said: Said): void => {},
    close: () => clients.forEach((client) => client.close()),
  };
  const clock = turnClock(origin);
  const sinceOf = (at: number, name: string): { readonly since?: string } => {
    const cursor = since?.[at]?.get(name);
    return cursor === undefined ? {} : { since: cursor };
  };
  const open = async (at: number): Promise<void> => {
    const idle = at >= plan.clients;
    const number = idle ? plan.firstBystander + at - plan.clients : first + at;
    const names = idle ? [`idle${number}`] : channelsOf(plan, number).map(channelName);
    const waiting = new Set(["", ...names]);
    const greeted = Promise.withResolvers<void>();
    const ready = Promise.withResolvers<void>();
    const fail = (why: string | undefined) => [greeted, ready].forEach(({ reject }) => reject(new Error(why)));
    // It may fail while nobody waits for it yet.
    for (const { promise } of [greeted, ready]) promise.catch(() => {});
    opening?.(at);
    const client = await openClient({
      port,
      client: number,
      idle,
      dialect: dialectOf(number),
      count: (bytes, from, to) => {
        const counted = !idle && tally.count(bytes, from, { to, client: at, now: clock() });
        if (counted && delivered) delivered(at, tally);
        // An answer may be in one message with deliveries: while one is waited for, all is read.
        return counted && waiting.size === 0;
      },
      said: (said) => {
        if (said.kind === "refused" && waiting.size > 0) fail(said.why);
        else if (said.kind === "greeted" && waiting.delete("")) greeted.resolve();
        else if (said.kind === "subscribed") {
          waiting.delete(said.channel);
          if (said.cursor !== undefined) cursors[at]?.set(said.channel, said.cursor);
        } else crowd.hear(at, said);
        if (waiting.size === 0) ready.resolve();
      },
    });
    clients[at] = client;
    void client.ended.then((why) => {
      fail(why);
      if (why !== undefined) ended.set(why, (ended.get(why) ?? 0) + 1);
    });
    const late = () => `Client ${number} still waits for ${[...waiting].join(" ") || "a greeting"}`;
    await inTime(greeted.promise, late);
    for (const [id, name] of names.entries()) {
      client.send(dialectOf(number).subscribe(name, { id: id + 1, ...sinceOf(at, name) }));
    }
    await inTime(ready.promise, late);
  };

  let next = 0;
  const total = plan.clients + plan.bystanders;
  try {
    await Promise.all(Array.from({ length: atOnce }, async () => {
      while (next < total) await open(next++);
    }));
  } catch (error) {
    crowd.close();
    throw error;
  }
  return crowd;
}

async function inTime(promise: Promise<void>, what: () => string): Promise<void> {
  const timer = Promise.withResolvers<never>();
  const handle = setTimeout(() => timer.reject(new Error(what())), ANSWER_MS);
  try {
    await Promise.race([promise, timer.promise]);
  } finally {
    clearTimeout(handle);
  }
}
