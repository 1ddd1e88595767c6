/** A job in a process of its own, for tests that kill it: `job_process.ts <options as JSON>`. Says on standard output how far it is. */
import { map, tap } from "rxjs";
import { runJob } from "../../../../adapters/jobs/mod.ts";
import { kafkaSink, kafkaSource, kafkaTransactions } from "../../../../adapters/kafka/mod.ts";
import type { Telemetry } from "../../../../domain/ports/telemetry.ts";
import type { JobProcessOptions } from "./job_runner.ts";

const { how, brokers, group, from, to } = JSON.parse(Deno.args[0]!) as JobProcessOptions;
const say = (word: string, of: number) => void Deno.stdout.writeSync(new TextEncoder().encode(`${word} ${of}\n`));
const telemetry: Telemetry = {
  count: () => {},
  note(level, message, fields = {}) {
    if (message === "Reading as a member of a group") say("assigned", Number(fields.partitions));
    if (level !== "debug") console.error(message, JSON.stringify(fields));
  },
};
const kafka = { brokers, clientId: "job", telemetry };
const group$ = { ...kafka, group, topics: [from], sessionMs: 1_500, rebalanceMs: 3_000 };

await runJob(
  (signal) =>
    (how === "transactions"
      ? kafkaTransactions(
        { ...group$, to: [to], signal, transactionMs: 1_500, batch: { records: 20 } },
        map(({ key, value }) => ({ topic: to, key, value })),
      )
      : kafkaSource({ ...group$, signal, commitMs: 100, inFlight: { records: 50 } }).pipe(
        map(({ value: { key, value }, done }) => ({ value: { topic: to, key, value }, done })),
        kafkaSink({ ...kafka, topics: [to] }),
      )).pipe(tap((_) => say("written", 1))),
  { name: how, progressMs: 0 },
);
