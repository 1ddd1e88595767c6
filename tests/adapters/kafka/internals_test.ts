/**
 * What `adapters/kafka/kafkajs_broker.ts` reaches into is not kafkajs' public API. This fails when kafkajs changes: then
 * read what changed in the class that is named, see that the adapter still holds, and write the new digest here.
 */
import { assertEquals } from "@std/assert";
import kafkajsPackage from "kafkajs/package.json" with { type: "json" };
import { Kafka, logLevel } from "kafkajs";

const VERSION = "2.2.4";
const DIGESTS = {
  Cluster: "f691911010619091",
  BrokerPool: "881421ca3bf3bb6d",
  Broker: "d6095bf84d6f56bc",
  ConnectionPool: "e66f3524bf57d72e",
  Connection: "fd37a6c0e6bfd295",
  RequestQueue: "b36e8d8f00ec8b49",
};

/** The first 16 hexadecimal digits of the SHA-256 of a class' source text. */
async function digest(instance: object): Promise<string> {
  const text = new TextEncoder().encode(instance.constructor.toString());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", text)).slice(0, 8).toHex();
}

interface Internals {
  readonly connectionPoolBuilder: { build(to: { host: string; port: number }): Promise<Pool> };
  readonly brokerPool: { createBroker(options: { logger: unknown; connectionPool: Pool }): object };
  readonly rootLogger: unknown;
}

interface Pool {
  readonly pool: readonly { readonly requestQueue: object }[];
}

Deno.test("kafkajs is the version whose inside the adapter knows", () => {
  assertEquals(kafkajsPackage.version, VERSION);
});

Deno.test("the classes of kafkajs that the adapter reaches into are the ones it was written for", async () => {
  const kafka = new Kafka({ brokers: ["127.0.0.1:9"], clientId: "internals", logLevel: logLevel.NOTHING });
  const name = Object.getOwnPropertySymbols(kafka).find((one) => one.description === "private:Kafka:createCluster")!;
  const cluster = (kafka as unknown as Record<symbol, (options: object) => Internals>)[name]!({});
  const connectionPool = await cluster.connectionPoolBuilder.build({ host: "127.0.0.1", port: 9 });
  const broker = cluster.brokerPool.createBroker({ logger: cluster.rootLogger, connectionPool });
  const connection = connectionPool.pool[0]!;
  const found = {
    Cluster: await digest(cluster),
    BrokerPool: await digest(cluster.brokerPool),
    Broker: await digest(broker),
    ConnectionPool: await digest(connectionPool),
    Connection: await digest(connection),
    RequestQueue: await digest(connection.requestQueue),
  };
  assertEquals(found, DIGESTS);
});
