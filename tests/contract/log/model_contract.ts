/** The contract against a model: a log is an array of records for each partition. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { StoredRecord } from "../../../domain/log_record.ts";
import { appendAll, type Contract, readAll, type Scenario, textRecord, texts, withLog } from "./scenario.ts";
import { assertCovers } from "./read_contract.ts";
import { TailProbe } from "./tail_probe.ts";

const PARTITIONS = 3;
const KEYS = ["red", "blue", null];

type Step =
  | { readonly kind: "append"; readonly records: readonly { partition: number; key: string | null; size: number }[] }
  | { readonly kind: "settle" }
  | { readonly kind: "tail"; readonly from: number; readonly hold: boolean }
  | { readonly kind: "release" | "stop"; readonly which: number }
  | { readonly kind: "trim"; readonly partition: number; readonly to: number }
  | {
    readonly kind: "read";
    readonly partition: number;
    readonly from: number;
    readonly to: number;
    readonly key: number;
  };

/** A record of the model: where it is, and what it holds. */
interface Kept {
  readonly key: string | null;
  readonly text: string;
}

const partition = fc.nat(PARTITIONS - 1);
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      records: fc.array(
        fc.record({ partition, key: fc.constantFrom(...KEYS), size: fc.oneof(fc.nat(20), fc.constant(200_000)) }),
        { maxLength: 12 },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("settle" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("tail" as const), from: fraction, hold: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("release" as const, "stop" as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("trim" as const), partition, to: fraction }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      partition,
      from: fraction,
      to: fraction,
      key: fc.nat(2),
    }),
  },
);

/** Random appends, tails, reads and expiry, compared with arrays. A failure prints the seed and the path to repeat it. */
export function modelContract(name: string, contract: Contract): void {
  const { test = (testName, fn) => Deno.test(testName, fn), runs = 25 } = contract.options;
  test(`${name}: random appends, tails and reads see what a plain array would`, async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      (steps) => withLog(contract.open, [PARTITIONS], (scenario) => follow(new Model(scenario), steps)),
    );
    await fc.assert(property, { numRuns: runs, endOnFailure: runs < 10 });
  });
}

async function follow(model: Model, steps: readonly Step[]): Promise<void> {
  try {
    for (const next of steps) await model.take(next);
    await model.finish();
  } finally {
    model.stopAll();
  }
}

class Model {
  readonly #scenario: Scenario;
  readonly #topic: string;
  readonly #partitions: Kept[][] = Array.from({ length: PARTITIONS }, () => []);
  readonly #low: number[] = Array.from({ length: PARTITIONS }, () => 0);
  #pending: Promise<void>[] = [];
  #tails: TailProbe[] = [];
  #count = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#topic = scenario.topics[0]!;
  }

  async take(next: Step): Promise<void> {
    switch (next.kind) {
      case "append":
        return this.#append(next.records);
      case "settle":
        return await this.#settle();
      case "tail":
        return await this.#tail(next);
      case "release":
        return this.#tails[next.which]?.release();
      case "stop": {
        const [stopped] = this.#tails.splice(next.which, 1);
        if (stopped) this.#compare(stopped);
        return stopped?.stop();
      }
      case "trim":
        return await this.#trim(next);
      case "read":
        return await this.#read(next);
    }
  }

  /** Waits until every tail has everything, and compares. */
  async finish(): Promise<void> {
    await this.#settle();
    for (const tail of this.#tails) {
      tail.release();
      for (const [index, kept] of this.#partitions.entries()) {
        await tail.reached({ topic: this.#topic, partition: index }, kept.length);
      }
      this.#compare(tail);
    }
  }

  stopAll(): void {
    for (const tail of this.#tails) tail.stop();
  }

  #append(records: (Step & { kind: "append" })["records"]): void {
    const offsets: number[] = [];
    const given = records.map(({ partition, key, size }) => {
      const text = `${this.#count++}`.padEnd(size, ".");
      offsets.push(this.#partitions[partition]!.push({ key, text }) - 1);
      return textRecord({ topic: this.#topic, partition }, text, key);
    });
    this.#pending.push(appendAll(this.#scenario, given).then((actual) => assertEquals(actual, offsets)));
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#pending);
    this.#pending = [];
  }

  async #tail({ from, hold }: Step & { kind: "tail" }): Promise<void> {
    const tail = new TailProbe(this.#scenario, {
      topics: [this.#topic],
      start: (_, { low, high }) => low + Math.round((high - low) * from),
      hold: () => hold,
    });
    this.#tails.push(tail);
    await tail.started(PARTITIONS);
  }

  async #trim({ partition, to }: Step & { kind: "trim" }): Promise<void> {
    if (!this.#scenario.trim) return;
    await this.#settle();
    const low = Math.round(this.#partitions[partition]!.length * to);
    if (low <= this.#low[partition]!) return;
    await this.#scenario.trim({ topic: this.#topic, partition }, low);
    this.#low[partition] = low;
  }

  async #read(read: Step & { kind: "read" }): Promise<void> {
    await this.#settle();
    const kept = this.#partitions[read.partition]!;
    const low = this.#low[read.partition]!;
    const [from, to] = [read.from, read.to].map((at) => Math.round(at * kept.length)).sort((a, b) => a - b) as [
      number,
      number,
    ];
    const key = KEYS[read.key];
    const place = { topic: this.#topic, partition: read.partition };
    const { batches, records } = await readAll(this.#scenario, place, { from, to, ...(key ? { key } : {}) });
    assertCovers(batches, { from, to });
    for (const { lost, to: end } of batches) {
      assert(lost === undefined || end <= low, "a record that is kept was called lost");
    }
    const wanted = kept.map((record, offset) => ({ ...record, offset }))
      .filter((record) => record.offset >= Math.max(from, low) && record.offset < to && (!key || record.key === key));
    assertEquals(shown(records.filter((record) => !key || record.key === key)), wanted);
  }

  /** What a tail has seen is what the arrays hold from where it started. */
  #compare(tail: TailProbe): void {
    for (const [partition, kept] of this.#partitions.entries()) {
      const place = { topic: this.#topic, partition };
      const seen = shown(tail.records(place));
      assertEquals(seen, seen.map(({ offset }) => ({ ...kept[offset]!, offset })));
      const covered = tail.batches.filter((batch) => batch.partition === partition);
      const lost = covered.filter((batch) => batch.lost).reduce((sum, { from, to }) => sum + to - from, 0);
      const length = covered.reduce((sum, { from, to }) => sum + to - from, 0);
      assertEquals(seen.length, length - lost, "the tail left records out");
    }
  }
}

function shown(records: readonly StoredRecord[]): (Kept & { offset: number })[] {
  const values = texts(records);
  return records.map(({ key, offset }, index) => ({ key, text: values[index]!, offset }));
}
