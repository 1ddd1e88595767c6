/**
 * Faults on a real Kafka of three brokers, gateways that are processes, clients that come back by themselves, and a checker that reads
 * the topic itself. Each row runs once; `deno task test:faults` runs each five times. By the environment: `FAULT_ROUNDS` says how often,
 * `FAULT_PUBLISHES` how many acked publishes each round has at least, `FAULT_ROWS` a part of the names of the rows that are run.
 */
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { startKafka } from "../kafka/broker.ts";
import { kafkaTest } from "../kafka/kafka_test_case.ts";
import { faultTable, type TableLine } from "./fault_table.ts";
import { ROWS } from "./rows.ts";
import { type RowResult, runRow } from "./run_row.ts";

const ROUNDS = Number(Deno.env.get("FAULT_ROUNDS") ?? 1);
const PUBLISHES = Number(Deno.env.get("FAULT_PUBLISHES") ?? 300);
const ONLY = Deno.env.get("FAULT_ROWS") ?? "";
/** What a failure tells. */
const MOST_PROBLEMS = 20;

kafkaTest("nothing acked is lost, nothing comes twice or out of order, no gap is silent, when", async (t) => {
  await using cluster = await startKafka({
    brokers: 3,
    // Leaders go back to where they are preferred at once: they move more often than they would.
    properties: { "leader.imbalance.check.interval.seconds": "1", "leader.imbalance.per.broker.percentage": "0" },
  });
  const table: TableLine[] = [];
  for (const row of ROWS.filter(({ name }) => name.includes(ONLY))) {
    await t.step(row.name, async () => {
      const results: RowResult[] = [];
      table.push({ name: row.name, results });
      for (let round = 1; round <= ROUNDS; round++) {
        const result = await runRow(cluster, row, { publishes: PUBLISHES });
        results.push(result);
        const problems = result.problems.slice(0, MOST_PROBLEMS).map(({ breach, text }) => `${breach}: ${text}`);
        assertEquals(problems, [], `${result.problems.length} in round ${round}\n${result.lastLines}`);
        assertGreaterOrEqual(result.acked, PUBLISHES);
      }
    });
  }
  console.log(`\n${faultTable(table)}\n`);
}, { nodes: true });
