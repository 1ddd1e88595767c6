/** Tests that need a real Kafka: skipped, and said aloud, where none can be started; failing where `CI` is true. */
import { type KafkaCluster, startKafka } from "./broker.ts";
import { whyNoKafka } from "./jars.ts";

const missing = Deno.env.get("KAFKA_BROKERS") ? undefined : await whyNoKafka();
if (missing) console.error(`\n*** SKIPPED: the tests on a real Kafka. ${missing}\n`);

/** Whether a real Kafka can be had here. */
export function kafkaAvailable(): boolean {
  return missing === undefined;
}

/**
 * A test that needs a real Kafka.
 *
 * @param options.nodes the test hurts brokers: it is left out where `KAFKA_BROKERS` names a cluster that is not ours
 */
export function kafkaTest(
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
  options: { readonly nodes?: boolean } = {},
): void {
  if (missing && Deno.env.get("CI") === "true") {
    Deno.test(name, () => Promise.reject(new Error(missing)));
    return;
  }
  const foreign = options.nodes === true && Deno.env.get("KAFKA_BROKERS") !== undefined;
  Deno.test({ name, ignore: missing !== undefined || foreign, fn });
}

/**
 * One cluster for all tests of a file: call it at the top of the module. It starts before the first test and ends after the last one.
 * Reading it outside of a test throws.
 */
export function kafkaForFile(options: Parameters<typeof startKafka>[0] = {}): () => KafkaCluster {
  let cluster: KafkaCluster | undefined;
  if (!missing) {
    Deno.test.beforeAll(async () => {
      cluster = await startKafka(options);
    });
    Deno.test.afterAll(async () => {
      await cluster?.close();
    });
  }
  return () => {
    if (!cluster) throw new Error("Cannot use the cluster of the file outside of a kafkaTest");
    return cluster;
  };
}
