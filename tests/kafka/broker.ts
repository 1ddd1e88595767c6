/** A real Apache Kafka for tests and for development. */
import { kafkaClassPath } from "./jars.ts";
import { type KafkaNode, kafkaNode } from "./node.ts";
import { freePorts } from "./ports.ts";
import { type NodeLayout, serverProperties } from "./properties.ts";
import { untilReady } from "./ready.ts";

export type { KafkaNode } from "./node.ts";

/** Running brokers. */
export interface KafkaCluster extends AsyncDisposable {
  /** The addresses to bootstrap from, `host:port`. */
  readonly brokers: string[];
  /** The processes; empty where `KAFKA_BROKERS` names a cluster that is not ours. */
  readonly nodes: readonly KafkaNode[];
  /** Ends the processes and removes their data. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts brokers (KRaft, each one controller too) on free ports of 127.0.0.1, with data in a temporary folder, and resolves when all of them
 * serve clients. Topics are not made on first use. The processes end with this one, however it ends.
 *
 * Where the environment names `KAFKA_BROKERS`, that cluster is used instead: `nodes` is empty and `close` does nothing.
 *
 * @param options.brokers 1 (the default) or 3
 * @param options.properties further lines of `server.properties`, or what makes them for each broker
 * @throws {Error} with the broker's last log lines where one does not start
 */
export async function startKafka(
  options: {
    brokers?: number;
    properties?: Record<string, string> | ((node: NodeLayout) => Record<string, string>);
  } = {},
): Promise<KafkaCluster> {
  const { properties: extra = {} } = options;
  const given = Deno.env.get("KAFKA_BROKERS");
  if (given) return foreignCluster(given.split(","));

  const count = options.brokers ?? 1;
  const classPath = await kafkaClassPath();
  const folder = await Deno.makeTempDir({ prefix: "tidegate-kafka-" });
  const ports = freePorts(count * 2);
  const layout = Array.from({ length: count }, (_, at) => ({
    id: at + 1,
    port: ports[at * 2]!,
    controllerPort: ports[at * 2 + 1]!,
  }));
  const clusterId = newClusterId();
  const nodes = await Promise.all(layout.map(async (node) => {
    const properties = `${folder}/node-${node.id}.properties`;
    const data = `${folder}/data-${node.id}`;
    await Deno.writeTextFile(
      properties,
      serverProperties(node, { nodes: layout, data, extra: typeof extra === "function" ? extra(node) : extra }),
    );
    const address = `127.0.0.1:${node.port}`;
    const ready = (signal: AbortSignal) => untilReady(address, { brokers: count, deadlineMs: 60_000, signal });
    return kafkaNode({ id: node.id, address, classPath, folder, properties, clusterId, ready });
  }));

  const close = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await Deno.remove(folder, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  };
  try {
    const started = await Promise.allSettled(nodes.map((node) => node.start()));
    for (const start of started) if (start.status === "rejected") throw start.reason;
  } catch (error) {
    await close();
    throw error;
  }
  return { brokers: nodes.map((node) => node.address), nodes, close, [Symbol.asyncDispose]: close };
}

function foreignCluster(brokers: string[]): KafkaCluster {
  const close = () => Promise.resolve();
  return { brokers, nodes: [], close, [Symbol.asyncDispose]: close };
}

/** 16 random bytes as text. Kafka's tools take one that begins with a hyphen for an option. */
function newClusterId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0]! &= 0x7f;
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
