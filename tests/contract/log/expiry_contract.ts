/** The contract of what the log no longer has. */
import { assert, assertEquals } from "@std/assert";
import { firstValueFrom } from "rxjs";
import { appendAll, type Contract, contractTests, readAll, type Scenario, textRecord, texts } from "./scenario.ts";
import { assertCovers } from "./read_contract.ts";
import { TailProbe } from "./tail_probe.ts";

/** Records that expired: told, never silently left out. Skipped where the log cannot be trimmed. */
export function expiryContract(name: string, contract: Contract): void {
  const test = contractTests(name, contract);

  test("a read below the low end starts with a lost batch", [1], async (scenario) => {
    if (!scenario.trim) return;
    const place = await trimmed(scenario, "abcdef", 4);
    assertEquals(await firstValueFrom(scenario.log.range(place)), { low: 4, high: 6 });
    const { batches, records } = await readAll(scenario, place, { from: 1, to: 6 });
    assertCovers(batches, { from: 1, to: 6 });
    const { from, to, lost } = batches[0]!;
    assertEquals({ from, to, lost, records: batches[0]!.records }, { from: 1, to: 4, lost: "expired", records: [] });
    assert(batches.slice(1).every((batch) => batch.lost === undefined));
    assertEquals(texts(records), ["e", "f"]);
  });

  test("a read that is all below the low end is one lost batch", [1], async (scenario) => {
    if (!scenario.trim) return;
    const place = await trimmed(scenario, "abcdef", 4);
    const { batches } = await readAll(scenario, place, { from: 0, to: 3, key: "k" });
    assertEquals(batches.map(({ from, to, lost }) => ({ from, to, lost })), [{ from: 0, to: 3, lost: "expired" }]);
  });

  test("offsets are not used again when everything has expired", [1], async (scenario) => {
    if (!scenario.trim) return;
    const place = await trimmed(scenario, "abc", 3);
    assertEquals(await firstValueFrom(scenario.log.range(place)), { low: 3, high: 3 });
    assertEquals(await appendAll(scenario, [textRecord(place, "d")]), [3]);
    const probe = new TailProbe(scenario, { topics: scenario.topics, start: () => 0 });
    await probe.reached(place, 4);
    probe.stop();
    assertEquals(texts(probe.records(place)), ["d"]);
  });

  test("a tail that was overtaken by expiry says what it lost, and goes on", [1], async (scenario) => {
    if (!scenario.trim) return;
    const place = { topic: scenario.topics[0]!, partition: 0 };
    const probe = new TailProbe(scenario, { topics: scenario.topics, start: () => 0, hold: () => true });
    await probe.started(1);
    // More than a tail reads ahead while its batches are open.
    const value = new Uint8Array(300_000);
    for (let index = 0; index < 60; index++) await appendAll(scenario, [{ ...place, key: null, value, headers: {} }]);
    await scenario.trim(place, 60);
    await appendAll(scenario, [textRecord(place, "after")]);
    probe.release();
    await probe.reached(place, 61);
    probe.stop();
    const lost = probe.batches.filter((batch) => batch.lost !== undefined);
    assertEquals(lost.map((batch) => batch.lost), ["expired"]);
    assertEquals(lost[0]!.to, 60);
    assertEquals(texts(probe.records(place).slice(-1)), ["after"]);
    // With the contiguity that the probe checks: each offset was told once, as a record or as lost.
    assertEquals(probe.records(place).length + lost[0]!.to - lost[0]!.from, 61);
  });
}

async function trimmed(scenario: Scenario, word: string, low: number) {
  const place = { topic: scenario.topics[0]!, partition: 0 };
  await appendAll(scenario, [...word].map((letter) => textRecord(place, letter, "k")));
  await scenario.trim!(place, low);
  return place;
}
