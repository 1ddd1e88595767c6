/** How a contract test gets its log. */
import { filter, firstValueFrom, lastValueFrom, type Observable, timeout, toArray } from "rxjs";
import type { LogRecord, StoredRecord, TopicPartition } from "../../../domain/log_record.ts";
import type { Batch, OpenLog, Outcome, ReadRange } from "../../../domain/ports/log.ts";

/** A log under test. */
export interface ContractLog {
  readonly log: OpenLog;
  /** Makes the log forget the records of a partition before an offset; absent where that cannot be done. */
  trim?(partition: TopicPartition, low: number): Promise<void>;
  /** Closes the log, where a test has not closed it already, and whatever stands behind it. */
  close(): Promise<void>;
}

/** Opens a log that has exactly these topics, by name with their partition counts, all of them empty. */
export type OpenContractLog = (topics: Readonly<Record<string, number>>) => Promise<ContractLog>;

/** How the contract is run. */
export interface LogContractOptions {
  /** Registers a test. Default `Deno.test`. */
  readonly test?: (name: string, fn: () => Promise<void>) => void;
  /** How many batches of a partition a tail may have open before it stops reading. Default 8. */
  readonly openBatches?: number;
  /** How many random runs are compared with the model. Default 25. */
  readonly runs?: number;
}

/** What a part of the contract is given. */
export interface Contract {
  readonly open: OpenContractLog;
  readonly options: LogContractOptions;
}

/** A log with its topics, for the length of one test. */
export interface Scenario extends ContractLog {
  /** The names of the topics, in the order of the partition counts that were asked for. */
  readonly topics: readonly string[];
}

/** How long anything may take before a test fails, in milliseconds. */
export const PATIENCE_MS = 30_000;

/** Registers tests of a part of the contract. */
export function contractTests(name: string, contract: Contract) {
  const register = contract.options.test ?? ((testName, fn) => Deno.test(testName, fn));
  return (behaviour: string, partitions: readonly number[], run: (scenario: Scenario) => Promise<void>): void => {
    register(`${name}: ${behaviour}`, () => withLog(contract.open, partitions, run));
  };
}

/** Runs with a log of fresh topics that have so many partitions each, and closes it. */
export async function withLog(
  open: OpenContractLog,
  partitions: readonly number[],
  run: (scenario: Scenario) => Promise<void>,
): Promise<void> {
  const topics = partitions.map(() => `contract-${crypto.randomUUID()}`);
  const opened = await open(Object.fromEntries(topics.map((topic, index) => [topic, partitions[index]!])));
  try {
    await firstValueFrom(opened.log.state.pipe(filter((state) => state.available), timeout(PATIENCE_MS)));
    await run({ ...opened, topics });
  } finally {
    await opened.close();
  }
}

/** All that an observable emits until it completes; fails where that takes too long. */
export function all<T>(observable: Observable<T>): Promise<T[]> {
  return lastValueFrom(observable.pipe(toArray(), timeout(PATIENCE_MS)));
}

/** Appends, and expects every record to be appended: their offsets, in the order of the records. */
export async function appendAll({ log }: Pick<ContractLog, "log">, records: readonly LogRecord[]): Promise<number[]> {
  return offsetsOf(await all(log.append(records)), records.length);
}

/** The offsets of outcomes by index; throws unless there is exactly one appended outcome for each record. */
export function offsetsOf(outcomes: readonly Outcome[], count: number): number[] {
  const offsets: number[] = [];
  for (const outcome of outcomes) {
    if (outcome.kind !== "appended") throw new Error(`Expected an appended record: ${JSON.stringify(outcome)}`);
    if (offsets[outcome.index] !== undefined) throw new Error(`Record ${outcome.index} had two outcomes`);
    offsets[outcome.index] = outcome.offset;
  }
  if (outcomes.length !== count || offsets.length !== count) {
    throw new Error(`Expected ${count} outcomes, got those of ${JSON.stringify(outcomes.map(({ index }) => index))}`);
  }
  return offsets;
}

/** Reads a range, taking every batch at once. */
export async function readAll(
  { log }: Pick<ContractLog, "log">,
  place: TopicPartition,
  range: ReadRange,
): Promise<{ batches: Batch[]; records: StoredRecord[] }> {
  const batches: Batch[] = [];
  await new Promise<void>((resolve, reject) => {
    log.read(place, range).pipe(timeout(PATIENCE_MS)).subscribe({
      next: (batch) => {
        batches.push(batch);
        batch.done();
      },
      error: reject,
      complete: resolve,
    });
  });
  return { batches, records: batches.flatMap((batch) => batch.records) };
}

const utf8 = new TextEncoder();

/** A record with a short text as its value. */
export function textRecord(place: TopicPartition, text: string, key: string | null = null): LogRecord {
  return { ...place, key, value: utf8.encode(text), headers: {} };
}

/** The values of records as texts. */
export function texts(records: readonly StoredRecord[]): string[] {
  const decoder = new TextDecoder();
  return records.map(({ value }) => value ? decoder.decode(value) : "(null)");
}
