/** The contract of `state` and of `close`. */
import { assert, assertEquals, assertGreaterOrEqual, assertInstanceOf, assertRejects } from "@std/assert";
import { type LogState, LogUnavailable, type Outcome } from "../../../domain/ports/log.ts";
import { all, appendAll, type Contract, contractTests, readAll, textRecord } from "./scenario.ts";
import { TailProbe } from "./tail_probe.ts";

/** What is known of the log, and what is left of it after it was closed. */
export function closeContract(name: string, contract: Contract): void {
  const test = contractTests(name, contract);

  test("state tells at once that the log is there, and its topics", [3, 1], async ({ log, topics: [one, two] }) => {
    let state: LogState | undefined;
    log.state.subscribe((told) => state = told).unsubscribe();
    assert(state?.available);
    assertEquals(state.reason, undefined);
    assertEquals(state.topics.get(one!)?.partitions, 3);
    assertEquals(state.topics.get(two!)?.partitions, 1);
    assert([...state.topics.values()].every(({ durability }) => durability === "strong" || durability === "weak"));
    await log.close();
  });

  test("state completes when the log is closed", [1], async ({ log }) => {
    const told = all(log.state);
    await log.close();
    assertGreaterOrEqual((await told).length, 1);
    await all(log.state);
  });

  test("close gives what is in flight one outcome each", [1], async (scenario) => {
    const place = { topic: scenario.topics[0]!, partition: 0 };
    const calls = Array.from({ length: 10 }, (_, call) => all(scenario.log.append([textRecord(place, `${call}`)])));
    await scenario.log.close();
    const outcomes: Outcome[][] = await Promise.all(calls);
    assert(outcomes.every((call) => call.length === 1 && call[0]!.index === 0));
  });

  test("after close appends are rejected as unavailable, and reads fail", [1], async (scenario) => {
    const { log, topics: [topic] } = scenario;
    const place = { topic: topic!, partition: 0 };
    await appendAll(scenario, [textRecord(place, "before")]);
    await log.close();
    const outcomes = await all(log.append([textRecord(place, "one"), textRecord(place, "two")]));
    const told = outcomes.map((
      outcome,
    ) => [outcome.index, outcome.kind, outcome.kind === "rejected" && outcome.reason]);
    assertEquals(told, [[0, "rejected", "unavailable"], [1, "rejected", "unavailable"]]);
    await assertRejects(() => readAll(scenario, place, { from: 0, to: 1 }), LogUnavailable);
    await assertRejects(() => all(log.range(place)), LogUnavailable);
  });

  test("a tail errors when the log is closed, and at once where it already is", [1], async (scenario) => {
    const open = new TailProbe(scenario, { topics: scenario.topics });
    await open.started(1);
    await scenario.log.close();
    await open.until(() => open.error !== undefined, "the tail to fail");
    const late = new TailProbe(scenario, { topics: scenario.topics });
    await late.until(() => late.error !== undefined, "the late tail to fail");
    for (const probe of [open, late]) {
      assertInstanceOf(probe.error, Error);
      probe.stop();
    }
  });

  test("closing twice is safe", [1], async ({ log }) => {
    await Promise.all([log.close(), log.close()]);
    await log.close();
  });
}
