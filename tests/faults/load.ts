/** Publishers and subscribers on a fleet, going on through whatever is done to it. */
import { faultClient } from "./fault_client.ts";
import type { Fleet } from "./fleet.ts";
import { type Publisher, publisher } from "./publisher.ts";
import { type Subscriber, subscriber } from "./subscriber.ts";
import { until } from "./until.ts";

/** Steady traffic. */
export interface Load extends AsyncDisposable {
  readonly publishers: readonly Publisher[];
  readonly subscribers: readonly Subscriber[];
  readonly channels: readonly string[];
  readonly acked: number;
  /** The longest time without any ack while it was publishing, in milliseconds. */
  readonly longestSilenceMs: number;
  /** Resolves when so many more were acked. */
  untilMore(count: number): Promise<void>;
  /** Resolves when every publisher had something acked, and every subscriber got something, that was made after the call. */
  flows(withinMs: number): Promise<void>;
  /** Makes no more publishes, and resolves when all are answered. */
  pause(): Promise<void>;
  resume(): void;
}

/** How much traffic. */
export interface LoadOptions {
  /** Default 6. */
  readonly subscribers?: number;
  /** Whether all connect to the first gateway at first. Default: every other one does. */
  readonly crowd?: boolean;
}

const CHANNELS = Array.from({ length: 8 }, (_, at) => `chat:room-${at}`);
const PUBLISHERS = 4;
/** Of a subscriber. */
const SUBSCRIPTIONS = 4;

/** Subscribes, begins to publish, and resolves when it is under way. */
export async function startLoad(fleet: Fleet, options: LoadOptions = {}): Promise<Load> {
  const { subscribers: count = 6, crowd = false } = options;
  const clients: AsyncDisposable[] = [];
  /** Of each two clients one begins with the first gateway. */
  const open = (at: number) => {
    const urls = fleet.nodes.map(({ url }) => url);
    const from = crowd ? 0 : at % urls.length;
    const client = faultClient([...urls.slice(from), ...urls.slice(0, from)]);
    clients.push(client);
    return client;
  };
  let publishers: Publisher[] = [];
  const dispose = async () => {
    for (const each of publishers) each.pause();
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  };
  try {
    const subscribers = await Promise.all(Array.from({ length: count }, (_, at) =>
      subscriber(open(at), {
        name: `subscriber ${at}`,
        channels: Array.from({ length: SUBSCRIPTIONS }, (_, k) => CHANNELS[(at + 2 * k) % CHANNELS.length]!),
      })));
    const silence = { sinceMs: performance.now(), longestMs: 0, counts: true };
    const onAck = () => {
      const now = performance.now();
      if (silence.counts) silence.longestMs = Math.max(silence.longestMs, now - silence.sinceMs);
      silence.sinceMs = now;
    };
    publishers = Array.from(
      { length: PUBLISHERS },
      (_, at) => publisher(open(at), { name: `p${at}`, channels: CHANNELS, onAck }),
    );
    const acked = () => publishers.reduce((sum, each) => sum + each.acked, 0);
    const untilMore = (more: number) => {
      const goal = acked() + more;
      return until(() => `${goal} publishes are acked: ${acked()} are`, () => acked() >= goal);
    };
    await untilMore(100);
    return {
      publishers,
      subscribers,
      channels: CHANNELS,
      get acked() {
        return acked();
      },
      get longestSilenceMs() {
        return silence.longestMs;
      },
      untilMore,
      flows: (withinMs) => flows({ publishers, subscribers }, withinMs),
      async pause() {
        for (const each of publishers) each.pause();
        const open = () => publishers.flatMap((each) => each.publishes.filter(({ answer }) => !answer));
        await until(
          () => `all publishes are answered: ${open().map(({ messageId }) => messageId)} are not`,
          () => open().length === 0,
        );
        silence.counts = false;
      },
      resume() {
        silence.sinceMs = performance.now();
        silence.counts = true;
        for (const each of publishers) each.resume();
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function flows(
  { publishers, subscribers }: Pick<Load, "publishers" | "subscribers">,
  withinMs: number,
): Promise<void> {
  const made = publishers.map(({ publishes }) => publishes.length);
  const fresh = () =>
    publishers.flatMap(({ publishes }, at) =>
      publishes.slice(made[at]).filter(({ answer }) => answer?.kind === "acked")
    );
  const waiting = () => {
    const acked = new Set(fresh().map(({ sender }) => sender));
    const silent = publishers.filter(({ name }) => !acked.has(name));
    const deaf = subscribers.filter(({ channels, got }) =>
      !fresh().some(({ channel, messageId }) => channels.includes(channel) && got.has(`${channel} ${messageId}`))
    );
    return [...silent, ...deaf].map(({ name }) => name);
  };
  await until(
    () => `everything flows again: nothing new of ${waiting().join(", ")}`,
    () => waiting().length === 0,
    withinMs,
  );
}
