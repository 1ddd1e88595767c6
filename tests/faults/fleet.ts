/** Gateways of one log, each a process that a test can hurt. */
import { type GatewayProcess, startGateway } from "../e2e/gateway_process.ts";
import type { KafkaCluster } from "../kafka/broker.ts";
import { freePorts } from "../kafka/ports.ts";

/** One gateway, over all of its lives, which have one address. */
export interface FleetNode extends AsyncDisposable {
  readonly url: string;
  readonly http: string;
  /** The process of now. */
  readonly process: GatewayProcess;
  /** What all of its lives logged. */
  readonly lines: readonly string[];
  /** Sends a signal that ends it, and resolves with how it ended. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<Deno.CommandStatus>;
  /** Starts it again after its end; resolves when it is ready. */
  start(): Promise<void>;
}

/** Several gateways. */
export interface Fleet extends AsyncDisposable {
  readonly nodes: readonly FleetNode[];
}

/** What gateways are started with. */
export interface FleetOptions {
  readonly topic: string;
  /** Further lines of `config.toml`, before its route. */
  readonly config?: string;
  /** The module that is run instead of the command line. */
  readonly main?: string;
  /** Default 2. */
  readonly count?: number;
}

/** What lets an anonymous user keep its id on another node. */
const SECRET = "0123456789abcdef0123456789abcdef";

/** Starts gateways with the one route `chat:{room}` on a topic, and resolves when all are ready. */
export async function startFleet(cluster: KafkaCluster, options: FleetOptions): Promise<Fleet> {
  const { topic, config = "", main, count = 2 } = options;
  const start = (port: number) =>
    startGateway({
      config: `${config}\n[[routes]]\nchannel = "chat:{room}"\ntopic = "${topic}"\n`,
      env: {
        KAFKA_BROKERS: cluster.brokers.join(","),
        HTTP_PORT: String(port),
        TIDEGATE_ADMIN_PORT: "0",
        TIDEGATE_SECRET: SECRET,
      },
      ...(main === undefined ? {} : { main }),
    });
  const started = await Promise.allSettled(freePorts(count).map((port) => fleetNode(() => start(port))));
  const nodes = started.flatMap((node) => node.status === "fulfilled" ? [node.value] : []);
  const dispose = async () => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  };
  for (const node of started) {
    if (node.status === "fulfilled") continue;
    await dispose();
    throw node.reason;
  }
  return { nodes, [Symbol.asyncDispose]: dispose };
}

async function fleetNode(start: () => Promise<GatewayProcess>): Promise<FleetNode> {
  let process = await start();
  let running = true;
  const past: string[] = [];
  const dispose = async () => {
    if (running) await process[Symbol.asyncDispose]();
    running = false;
  };
  return {
    url: process.url,
    http: process.http,
    get process() {
      return process;
    },
    get lines() {
      return [...past, ...process.lines];
    },
    async end(signal) {
      process.kill(signal);
      const status = await process.status;
      await dispose();
      return status;
    },
    async start() {
      past.push(...process.lines, "(started again)");
      process = await start();
      running = true;
    },
    [Symbol.asyncDispose]: dispose,
  };
}
