/** A process that produces records: `deno run produce/main.ts`, commanded by the benchmark. */
import process from "node:process";
import { Kafka, logLevel, Partitioners, type Producer } from "kafkajs";
import { channelName } from "../load/crowd_plan.ts";
import { stampedValue } from "../load/stamp.ts";
import { nowMicros } from "../measure/clock.ts";
import { obey } from "../processes/commands.ts";

/** Records of one send at most. */
const SEND_RECORDS = 1_000;

/** Where records go. */
export interface ProducePlan {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Microseconds since 1970 from which stamps count. */
  readonly origin: number;
  /** Records go to each channel in turn. */
  readonly channels: number;
  /** The length of a value. */
  readonly bytes: number;
}

/** How fast. */
export type Pace =
  /** So many records a second, as even as timers are. */
  | { readonly rate: number }
  /** As fast as they are delivered: so many records are on their way at the most. */
  | { readonly window: number };

let plan: ProducePlan;
let producer: Producer;
let produced = 0;
let sending = false;
let delivered = 0;
let failure: unknown;
let pace: Pace | undefined;
let started = 0;
let startedAt = 0;
const numbers: number[] = [];

const commands = {
  /** Connects. */
  async connect(asked: ProducePlan): Promise<void> {
    plan = asked;
    numbers.push(...new Array<number>(plan.channels).fill(0));
    const kafka = new Kafka({ brokers: [...plan.brokers], clientId: "bench-producer", logLevel: logLevel.ERROR });
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
  },
  /** Produces until `stop`. */
  start(asked: Pace): void {
    pace = asked;
    started = produced;
    startedAt = performance.now();
    tick();
  },
  /** How many deliveries of each record there were until now, on average. */
  delivered({ records }: { readonly records: number }): void {
    delivered = records;
    if (pace && "window" in pace) send();
  },
  /** How many records were produced until now. */
  produced: (): number => produced,
  /** Produces so many records at once, and resolves when they are in the log. */
  async produce({ records }: { readonly records: number }): Promise<number> {
    for (let left = records; left > 0; left -= SEND_RECORDS) await sendNow(Math.min(left, SEND_RECORDS));
    if (failure) throw failure;
    return produced;
  },
  /** Produces nothing more; resolves, when all is in the log, with how many records there were. */
  async stop(): Promise<number> {
    pace = undefined;
    while (sending) await new Promise((resolve) => setTimeout(resolve, 5));
    if (failure) throw failure;
    return produced;
  },
};

/** What the process can do. */
export type ProduceCommands = typeof commands;

function tick(): void {
  if (!pace) return;
  send();
  setTimeout(tick, 1);
}

/** Sends what is due, unless a send is on its way: sends of kafkajs overtake each other. What is due meanwhile goes with the next one. */
function send(): void {
  const count = Math.min(due(), SEND_RECORDS);
  if (count > 0 && !sending) void sendNow(count).then(send);
}

function due(): number {
  if (!pace) return 0;
  if ("window" in pace) return delivered + pace.window - produced;
  return Math.floor((performance.now() - startedAt) / 1000 * pace.rate) - (produced - started);
}

async function sendNow(count: number): Promise<void> {
  const time = nowMicros() - plan.origin;
  const messages = Array.from({ length: count }, () => {
    const channel = produced++ % plan.channels;
    const value = stampedValue({ time, channel, number: ++numbers[channel]! }, { bytes: plan.bytes });
    return { key: channelName(channel), value };
  });
  sending = true;
  try {
    await producer.send({ topic: plan.topic, acks: -1, messages });
  } catch (error) {
    failure ??= error;
  } finally {
    sending = false;
  }
}

if (import.meta.main) {
  // An idle client of kafkajs sets a timer that is due already, over and over, of which Deno warns.
  process.removeAllListeners("warning");
  await obey(commands);
  Deno.exit(0);
}
