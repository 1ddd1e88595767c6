/** A producer that is not ours: the Java client, by its console tool. */
import type { KafkaCluster } from "./broker.ts";
import { kafkaClassPath } from "./jars.ts";

/** How the Java producer compresses. */
export type ForeignCodec = "none" | "gzip" | "snappy" | "lz4" | "zstd";

/** What the Java producer writes. */
export interface ForeignProduce {
  readonly topic: string;
  readonly codec: ForeignCodec;
  /** One record each: `key<TAB>value`, or a value alone, which gets no key. */
  readonly lines: readonly string[];
  /** Further settings of the Java producer, such as `{ "linger.ms": "100" }`. */
  readonly properties?: Readonly<Record<string, string>>;
}

/**
 * Produces with the Java client (its default partitioner) and resolves when all of it is acknowledged. Takes a second
 * or two.
 *
 * @throws {Error} with what the tool said where it failed
 */
export async function foreignProduce(cluster: Pick<KafkaCluster, "brokers">, produce: ForeignProduce): Promise<void> {
  const keyed = produce.lines.some((line) => line.includes("\t"));
  const settings = { acks: "all", "linger.ms": "50", ...produce.properties };
  const child = new Deno.Command("java", {
    args: [
      "-Xmx256m",
      "-XX:TieredStopAtLevel=1",
      "-cp",
      await kafkaClassPath(),
      "org.apache.kafka.tools.ConsoleProducer",
      "--bootstrap-server",
      cluster.brokers.join(","),
      "--topic",
      produce.topic,
      "--compression-codec",
      produce.codec,
      ...Object.entries(settings).flatMap(([name, value]) => ["--producer-property", `${name}=${value}`]),
      ...(keyed ? ["--property", "parse.key=true", "--property", "ignore.error=true"] : []),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = new Blob([produce.lines.map((line) => `${line}\n`).join("")]).stream().pipeTo(child.stdin);
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), input]);
  // The tool ends well even where a record was refused: it says so.
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success || /ERROR|Exception/.test(said)) {
    throw new Error(`Cannot produce ${produce.lines.length} lines to ${produce.topic} with Java: ${said.trim()}`);
  }
}
