/** The clients of one load process: who connects, and who subscribes to what. */
import { nowMicros } from "../measure/clock.ts";
import { type Client, openClient } from "./client.ts";
import type { Dialect, Said } from "./dialect.ts";
import { Tally } from "./tally.ts";

/** Handshakes at once. */
const OPENING_AT_ONCE = 32;

/** How long a server may take to answer a client's requests, in milliseconds. */
const ANSWER_MS = 60_000;

/** Clients to open; those of one run are shared out to several processes. */
export interface CrowdPlan {
  readonly port: number;
  /** Microseconds since 1970 from which stamps count. */
  readonly origin: number;
  /** The number of the first client, of all that the run has. */
  readonly first: number;
  readonly clients: number;
  /** Channels that records are produced to. */
  readonly channels: number;
  /** Channels of each client; 0: it subscribes to none. */
  readonly channelsEach: number;
  /** The length of records' values. */
  readonly bytes: number;
  /** Clients besides, each alone in a channel that gets nothing. */
  readonly bystanders: number;
  /** The number of the first of these. */
  readonly firstBystander: number;
}

/** Clients that are connected and subscribed. */
export interface Crowd {
  readonly clients: readonly Client[];
  readonly tally: Tally;
  /** Why clients ended that should not have, by how often. */
  readonly ended: ReadonlyMap<string, number>;
  /** Told of what comes to each active client besides deliveries and answers to subscribes. */
  hear: (client: number, said: Said) => void;
  close(): void;
}

/** The name of a channel that records are produced to. */
export function channelName(channel: number): string {
  return `c${channel}`;
}

/**
 * Opens clients, some at once, and resolves when all have what they asked for.
 *
 * @param dialectOf the protocol of each client, by its number
 * @throws {Error} where one is refused
 */
export async function openCrowd(plan: CrowdPlan, dialectOf: (client: number) => Dialect): Promise<Crowd> {
  const { port, origin, first, channels, channelsEach, bytes } = plan;
  const tally = new Tally({ clients: plan.clients, channels, bytes });
  const clients: Client[] = [];
  const ended = new Map<string, number>();
  const crowd = {
    clients,
    tally,
    ended,
    hear: (_client: number, _said: Said): void => {},
    close: () => clients.forEach((client) => client.close()),
  };
  let now = 0;
  // The clock is looked at once for what one turn of the event loop brings.
  const clock = (): number => {
    if (now === 0) {
      now = nowMicros() - origin;
      queueMicrotask(() => now = 0);
    }
    return now;
  };

  const open = async (at: number): Promise<void> => {
    const idle = at >= plan.clients;
    const number = idle ? plan.firstBystander + at - plan.clients : first + at;
    const names = idle
      ? [`idle${number}`]
      : Array.from({ length: channelsEach }, (_, n) => channelName((number * channelsEach + n) % channels));
    const waiting = new Set(["", ...names]);
    const greeted = Promise.withResolvers<void>();
    const ready = Promise.withResolvers<void>();
    const client = await openClient({
      port,
      client: number,
      idle,
      dialect: dialectOf(number),
      count: (bytes, from, to) => !idle && tally.count(bytes, from, { to, client: at, now: clock() }),
      said: (said) => {
        if (said.kind === "refused" && waiting.size > 0) ready.reject(new Error(said.why));
        else if (said.kind === "greeted" && waiting.delete("")) greeted.resolve();
        else if (said.kind === "subscribed") waiting.delete(said.channel);
        else crowd.hear(at, said);
        if (waiting.size === 0) ready.resolve();
      },
    });
    clients[at] = client;
    void client.ended.then((why) => {
      for (const wait of [greeted, ready]) wait.reject(new Error(why));
      if (why !== undefined) ended.set(why, (ended.get(why) ?? 0) + 1);
    });
    const late = () => `Client ${number} still waits for ${[...waiting].join(" ") || "a greeting"}`;
    await inTime(greeted.promise, late);
    for (const [id, name] of names.entries()) {
      await client.send(dialectOf(number).subscribe(name, { id: id + 1 }));
    }
    await inTime(ready.promise, late);
  };

  let next = 0;
  const total = plan.clients + plan.bystanders;
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, async () => {
    while (next < total) await open(next++);
  }));
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
