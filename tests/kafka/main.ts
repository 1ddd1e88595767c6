/** `deno task kafka [--brokers 3] [TOPIC]...`: a real Apache Kafka until Ctrl-C, with these topics. */
import { startKafka } from "./broker.ts";
import { whyNoKafka } from "./jars.ts";
import { asAdmin } from "./topics.ts";

const PARTITIONS = 4;
const asks = parse(Deno.args);
const missing = asks === undefined ? "Usage: deno task kafka [--brokers 1|3] [TOPIC]..." : await whyNoKafka();
if (missing) {
  console.error(missing);
  Deno.exit(2);
}
if (Deno.env.get("KAFKA_BROKERS")) {
  console.error(`KAFKA_BROKERS is set already (${Deno.env.get("KAFKA_BROKERS")}): unset it to start a Kafka here`);
  Deno.exit(2);
}

const { count, topics } = asks!;
const asked = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
});
console.error(`Starting ${count === 1 ? "a broker" : `${count} brokers`} (Ctrl-C ends) ...`);
const starting = startKafka({ brokers: count }).then(async (cluster) => {
  const made = topics.map((topic) => ({ topic, numPartitions: PARTITIONS, replicationFactor: count }));
  if (made.length > 0) {
    await asAdmin(cluster, (admin) => admin.createTopics({ waitForLeaders: true, topics: made }));
  }
  return cluster;
});
// Leaving in mid-start is fine: the watchers of the processes clean up.
const cluster = await Promise.race([starting, asked]);
if (cluster) {
  console.log(`KAFKA_BROKERS=${cluster.brokers.join(",")}`);
  await asked;
  await cluster.close();
}
Deno.exit(0);

function parse(args: readonly string[]): { readonly count: number; readonly topics: readonly string[] } | undefined {
  const named = args[0] === "--brokers";
  const brokers = named ? args[1] : "1";
  const topics = named ? args.slice(2) : args;
  if ((brokers !== "1" && brokers !== "3") || !topics.every((topic) => /^[\w.][\w.-]*$/.test(topic))) return undefined;
  return { count: Number(brokers), topics: [...new Set(topics)] };
}
