import { Kafka, logLevel } from "kafkajs";
import { KAFKA_LIMITS, openKafkaLog } from "../../../adapters/kafka/mod.ts";
import { logContract } from "../../contract/log_contract.ts";
import { kafkaForFile, kafkaTest } from "../../kafka/kafka_test_case.ts";
import { optionsFor } from "./reading_case.ts";

const cluster = kafkaForFile();

logContract("Kafka log", async (topics) => {
  const { brokers } = cluster();
  const kafka = new Kafka({ brokers, clientId: "tidegate-test", logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: Object.entries(topics).map(([topic, numPartitions]) => ({ topic, numPartitions })),
  });
  const log = await openKafkaLog(optionsFor(brokers, Object.keys(topics)));
  await log.startup;
  return {
    log,
    async trim({ topic, partition }, low) {
      // kafkajs knows a leader only of topics that it was asked about.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: `${low}` }] });
    },
    async close() {
      await log.close();
      await admin.disconnect();
    },
  };
}, { test: kafkaTest, openBatches: KAFKA_LIMITS.openBatches, runs: 5 });
