/** Envelope routes on a real Kafka, with records of the gateway's and of a foreign producer's. */
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { Partitioners } from "kafkajs";
import { kafkaForFile, kafkaTest } from "../kafka/kafka_test_case.ts";
import { asAdmin, testClient } from "../kafka/topics.ts";
import { capnpTool, pipeThrough, SCHEMA } from "../schema/capnp/capnp_tool.ts";
import { startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { createTopics } from "./kafka_fixture.ts";

const cluster = kafkaForFile();
const tool = await capnpTool();

/** The value of the first record of a topic of one partition. */
async function firstValue(brokers: string[], topic: string): Promise<Uint8Array> {
  const groupId = crypto.randomUUID();
  const consumer = testClient({ brokers }).consumer({ groupId });
  const found = Promise.withResolvers<Uint8Array>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ message }) => Promise.resolve(found.resolve(message.value!)),
  });
  const value = await found.promise;
  await consumer.disconnect();
  await asAdmin({ brokers }, (admin) => admin.deleteGroups([groupId]));
  return value;
}

if (!tool.ignore) {
  kafkaTest("an envelope route keeps envelopes that the capnp tool reads, and shows those that it wrote", async () => {
    const { brokers } = cluster();
    const topic = `envelopes-${crypto.randomUUID()}`;
    await createTopics(brokers, { [topic]: 1 });
    const config = `[[routes]]\nchannel = "chat:{room}"\ntopic = "${topic}"\nvalue = "capnp"\n`;
    await using gateway = await startGateway({ config, env: { KAFKA_BROKERS: brokers.join(",") } });
    await using client = await JsonClient.open(gateway.url);
    client.send({ connect: {} });
    const { user } = await client.connected();
    await client.request({ subscribe: { channel: "chat:lobby" } });
    const { published } = await client.request({
      publish: { channel: "chat:lobby", messageId: "m-1", payload: { n: 1 }, headers: { trace: "7" } },
    });
    assertEquals(published.position.offset, "0");

    const value = await firstValue(brokers, topic);
    const args = ["convert", "--quiet", "binary:json", SCHEMA, "Envelope"];
    const envelope = JSON.parse(new TextDecoder().decode(await pipeThrough("capnp", { args, input: value })));
    assertEquals([envelope.payload.json, envelope.sender, envelope.messageId], ['{"n":1}', user, "m-1"]);

    const foreign = await pipeThrough("capnp", {
      args: ["convert", "--quiet", "json:binary", SCHEMA, "Envelope"],
      input: new TextEncoder().encode(JSON.stringify({ payload: { json: '{"n":2}' }, sender: "a foreign service" })),
    });
    const producer = testClient({ brokers }).producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({
      topic,
      messages: [{ key: "lobby", value: "no envelope" }, { key: "lobby", value: Buffer.from(foreign) }],
    });
    await producer.disconnect();
    await client.until(() => client.publications.get("chat:lobby")?.length === 2);
    const shown = client.publications.get("chat:lobby")!;
    assertEquals(shown.map(({ payload, sender }) => ({ payload, sender })), [
      { payload: { n: 1 }, sender: user },
      { payload: { n: 2 }, sender: "a foreign service" },
    ]);
    assertEquals(shown[0].headers, { trace: "7" });
    assert(gateway.lines.some((line) => line.includes("bad_envelope")), "the record without an envelope is not noted");
  });
}
