/** Plain HTTP on a real Kafka: what is posted to one gateway, once or twice, is streamed by another, once. */
import { assert, assertEquals } from "@std/assert";
import { kafkaForFile, kafkaTest } from "../kafka/kafka_test_case.ts";
import { readTopic } from "../kafka/topics.ts";
import { startGateway } from "./gateway_process.ts";
import { EventClient, publishJson } from "./http_client.ts";
import { createTopics, produce } from "./kafka_fixture.ts";

const cluster = kafkaForFile();

kafkaTest(
  "posts and streams on two gateways: keys count once, ids go on at the other node, producers are heard",
  async () => {
    const { brokers } = cluster();
    const topic = `http-${crypto.randomUUID()}`;
    await createTopics(brokers, { [topic]: 3 });
    const config = `[auth]\nmode = "header"\n[[routes]]\nchannel = "chat:{room}"\ntopic = "${topic}"\n`;
    const env = { KAFKA_BROKERS: brokers.join(",") };
    await using one = await startGateway({ config, env });
    await using other = await startGateway({ config, env });
    const headers = { user_id: crypto.randomUUID() };
    const path = "/events?channel=chat:lobby&channel=chat:hall";

    using first = new EventClient(other.http + path, { headers });
    await first.subscribed(2);
    for (let n = 0; n < 20; n++) {
      const key = { ...headers, "idempotency-key": `key-${n}` };
      const channel = n % 2 === 0 ? "chat:lobby" : "chat:hall";
      const sent = await publishJson(one.http, channel, { payload: n, headers: key });
      assertEquals(sent.status, 200);
      // The answer was lost, and the client sends it again to the node that it finds.
      const again = await publishJson(n % 4 < 2 ? one.http : other.http, channel, { payload: n, headers: key });
      assertEquals(again.status, 200);
    }
    await first.got(20);
    const inLog = (await readTopic(cluster(), topic)).length;
    assert(inLog >= 20 && inLog <= 40, `${inLog} records`);
    first[Symbol.dispose]();

    await produce(brokers, topic, [{ key: "lobby", value: '"from a producer"' }]);
    const { id } = first.events.at(-1)!;
    using second = new EventClient(one.http + path, { headers, since: id });
    await second.got(1);
    await second.subscribed(2);
    await publishJson(other.http, "chat:hall", { payload: "last", headers });
    await second.got(2);
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    assertEquals([...first.payloads].sort((a, b) => a - b), numbers);
    assertEquals(first.payloads.filter((n) => n % 2 === 0), numbers.filter((n) => n % 2 === 0));
    assertEquals(second.payloads, ["from a producer", "last"]);
    assertEquals(second.named("subscribed").map(({ recovered }) => recovered), [true, true]);
  },
);
