import { assertEquals } from "@std/assert";
import { kafkaForFile, kafkaTest } from "../../../kafka/kafka_test_case.ts";
import { freshTopic } from "../../../kafka/topics.ts";
import { until } from "../reading_case.ts";
import { committed, countNumbers, freshGroup, produceNumbers, sum, untilAsync } from "./job_case.ts";
import { readCommitted } from "./read_committed.ts";
import { type JobProcess, type JobProcessOptions, startJob } from "./job_runner.ts";

const kafka = kafkaForFile({
  properties: {
    "group.min.session.timeout.ms": "1000",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "300",
  },
});

const COUNT = 1_200;
const KILLS = 4;
const PATIENCE_MS = 60_000;

async function jobOf(how: JobProcessOptions["how"]): Promise<JobProcessOptions> {
  const [from, to] = [await freshTopic(kafka(), { partitions: 3 }), await freshTopic(kafka(), { partitions: 2 })];
  return { how, brokers: kafka().brokers, group: freshGroup(), from, to };
}

/** Writes the input bit by bit, so that it keeps coming while processes die. */
async function keepProducing({ from }: JobProcessOptions): Promise<void> {
  for (let at = 0; at < COUNT; at += 100) await produceNumbers(kafka(), from, { from: at, to: at + 100 });
}

/** Runs a job until all of the input is committed, then stops it in order. */
async function finish(job: JobProcessOptions, processes: readonly JobProcess[] = [startJob(job)]): Promise<void> {
  const all = async () => sum(await committed(kafka(), { group: job.group, topic: job.from })) >= COUNT;
  await untilAsync(all, "all of the input to be committed", PATIENCE_MS);
  for (const process of processes) process.signal("SIGTERM");
  const codes = await Promise.all(processes.map((process) => process.ended));
  assertEquals(codes, processes.map(() => 0), processes.map(({ said }) => said).join("\n"));
}

/** Kills processes at random points while the input keeps coming. */
async function killAgainAndAgain(job: JobProcessOptions): Promise<string[]> {
  const producing = keepProducing(job);
  for (let kills = 0; kills < KILLS; kills++) {
    const process = startJob(job);
    const enough = 1 + Math.floor(Math.random() * 150);
    await until(() => process.written >= enough, `${enough} records of ${job.how}\n${process.said}`, PATIENCE_MS);
    await process.kill();
  }
  await producing;
  await finish(job);
  return await readCommitted(kafka(), job.to);
}

kafkaTest(
  "a job that is killed again and again loses nothing; one in transactions doubles nothing either",
  async () => {
    const [sink, transactions] = await Promise.all([
      killAgainAndAgain(await jobOf("sink")),
      killAgainAndAgain(await jobOf("transactions")),
    ]);
    assertEquals(countNumbers(sink, COUNT).missing, []);
    assertEquals(countNumbers(transactions, COUNT), { missing: [], doubled: [] });
  },
);

kafkaTest("a process that was stopped past its session, and goes on, writes nothing twice", async () => {
  const job = await jobOf("transactions");
  const producing = keepProducing(job);
  const processes = [startJob(job), startJob(job)];
  for (const [first, second] of [[0, 1], [1, 0]] as const) {
    const zombie = processes[first]!;
    const since = zombie.written;
    await until(() => zombie.assigned < 3 && zombie.written > since, "a share of the work", PATIENCE_MS);
    zombie.signal("SIGSTOP");
    await until(() => processes[second]!.assigned === 3, "the other one to get all partitions", PATIENCE_MS);
    zombie.signal("SIGCONT");
  }
  await producing;
  await finish(job, processes);
  assertEquals(countNumbers(await readCommitted(kafka(), job.to), COUNT), { missing: [], doubled: [] });
});
