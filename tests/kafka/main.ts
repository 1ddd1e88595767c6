/** `deno task kafka [--brokers 3]`: a real Apache Kafka until Ctrl-C. */
import { startKafka } from "./broker.ts";
import { whyNoKafka } from "./jars.ts";

const count = brokerCount(Deno.args);
const missing = count === undefined ? "Usage: deno task kafka [--brokers 1|3]" : await whyNoKafka();
if (missing) {
  console.error(missing);
  Deno.exit(2);
}
if (Deno.env.get("KAFKA_BROKERS")) {
  console.error(`KAFKA_BROKERS is set already (${Deno.env.get("KAFKA_BROKERS")}): unset it to start a Kafka here`);
  Deno.exit(2);
}

const asked = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
});
console.error(`Starting ${count === 1 ? "a broker" : `${count} brokers`} (Ctrl-C ends) ...`);
const starting = startKafka({ brokers: count });
// Leaving in mid-start is fine: the watchers of the processes clean up.
const cluster = await Promise.race([starting, asked]);
if (cluster) {
  console.log(`KAFKA_BROKERS=${cluster.brokers.join(",")}`);
  await asked;
  await cluster.close();
}
Deno.exit(0);

function brokerCount(args: readonly string[]): number | undefined {
  if (args.length === 0) return 1;
  if (args.length === 2 && args[0] === "--brokers" && /^[13]$/.test(args[1]!)) return Number(args[1]);
  return undefined;
}
