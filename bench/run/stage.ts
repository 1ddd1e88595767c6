/** What a run takes place on: a topic, a server, and the processes of the harness. */
import type { CrowdPlan } from "../load/crowd_plan.ts";
import type { LoadCommands, Progress } from "../load/main.ts";
import { nowMicros } from "../measure/clock.ts";
import { residentBytes } from "../measure/process_usage.ts";
import { type Child, startChild } from "../processes/child.ts";
import type { ProduceCommands } from "../produce/main.ts";
import type { Server, ServerKind } from "../servers/server.ts";
import { createTopics } from "../../tests/e2e/kafka_fixture.ts";
import type { KafkaCluster } from "../../tests/kafka/broker.ts";

/** Load processes: one would be busier than a fast server. */
const LOAD_PROCESSES = 2;

/** Partitions of a run's topic. */
const PARTITIONS = 4;

/** How long a server is left alone before its memory is looked at, in milliseconds. */
const SETTLE_MS = 1_000;

/** What runs one after another have in common. */
export interface RunContext {
  readonly kafka: KafkaCluster;
  /** 1 and up. */
  readonly round: number;
  /** How long is measured. */
  readonly seconds: number;
  /** How long is not measured, before. */
  readonly warmSeconds: number;
  /** Nothing is measured longer than `seconds`, also where less says little. */
  readonly quick: boolean;
  /** Further flags of Deno for a server that runs on it, such as those that profile it. */
  readonly denoFlags: readonly string[];
}

/** All that takes part in one run. */
export interface Stage extends AsyncDisposable {
  readonly context: RunContext;
  readonly topic: string;
  readonly server: Server;
  readonly loads: readonly Child<LoadCommands>[];
  readonly producer: Child<ProduceCommands>;
  /** Microseconds since 1970 from which stamps count. */
  readonly origin: number;
  /** Deliveries, as the load processes told them last; for producing as fast as is delivered. */
  heard(): number;
  /** Calls back whenever that changes. */
  onProgress(changed: () => void): void;
}

/** Clients of a run. */
export interface CrowdSize {
  readonly clients: number;
  readonly channels: number;
  readonly channelsEach: number;
  readonly bytes: number;
  readonly bystanders: number;
}

/** Makes a topic of its own and starts everything. */
export async function openStage(
  context: RunContext,
  kind: ServerKind,
  { mixed = false }: { readonly mixed?: boolean } = {},
): Promise<Stage> {
  await using starting = new AsyncDisposableStack();
  const brokers = context.kafka.brokers;
  const topic = `bench-${crypto.randomUUID()}`;
  await createTopics(brokers, { [topic]: PARTITIONS });
  const told: number[] = [];
  let changed = (): void => {};
  const loads = Array.from({ length: LOAD_PROCESSES }, (_, at) =>
    starting.use(startChild<LoadCommands>({
      module: "load/main.ts",
      permissions: ["--allow-net=127.0.0.1"],
      heard: (event) => {
        told[at] = (event as Progress).delivered;
        changed();
      },
    })));
  const producer = starting.use(startChild<ProduceCommands>({
    module: "produce/main.ts",
    permissions: ["--allow-net", "--allow-env"],
  }));
  const server = starting.use(await kind.start({ brokers, topic, mixed, denoFlags: context.denoFlags }));
  const parts = starting.move();
  return {
    context,
    topic,
    server,
    loads,
    producer,
    origin: Math.floor(nowMicros()),
    heard: () => told.reduce((sum, delivered) => sum + delivered, 0),
    onProgress: (listener) => changed = listener,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Connects all clients, shared out to the load processes, and resolves with what the server's memory was before. */
export async function connectCrowd(stage: Stage, size: CrowdSize): Promise<{ readonly emptyBytes: number }> {
  const { server, loads } = stage;
  const { pid, speech } = server;
  await sleep(SETTLE_MS);
  const emptyBytes = residentBytes(pid);
  const plans = crowdPlans(stage, size);
  await Promise.all(loads.map((load, at) => load.ask("open", { plan: plans[at]!, speech })));
  return { emptyBytes };
}

/** Which clients each load process has. */
export function crowdPlans({ server, loads, origin }: Stage, size: CrowdSize): CrowdPlan[] {
  const { channels, channelsEach, bytes } = size;
  const clients = shares(size.clients, loads.length);
  const bystanders = shares(size.bystanders, loads.length);
  return loads.map((_, at) => ({
    ...{ port: server.port, origin, channels, channelsEach, bytes },
    ...{ clients: clients[at]!.count, first: clients[at]!.first },
    ...{ bystanders: bystanders[at]!.count, firstBystander: size.clients + bystanders[at]!.first },
  }));
}

/** Shares a number of clients out as evenly as can be. */
export function shares(total: number, parts: number): { readonly first: number; readonly count: number }[] {
  return Array.from({ length: parts }, (_, at) => {
    const first = Math.floor(total * at / parts);
    return { first, count: Math.floor(total * (at + 1) / parts) - first };
  });
}

/** Waits for so many milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
