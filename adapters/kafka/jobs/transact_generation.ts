/** What a member of a group does between two rebalances, where records and offsets go in one transaction. */
import { from, type Observable, type OperatorFunction, toArray } from "rxjs";
import type { StoredRecord } from "../../../domain/log_record.ts";
import type { OutRecord } from "../../../domain/out_record.ts";
import type { Delivery } from "../../../streams/delivery.ts";
import { handOut, type InFlight } from "../../jobs/hand_out.ts";
import { nameOf } from "../../jobs/position.ts";
import { endsOf, startWhereKept } from "../../jobs/read_positions.ts";
import { type Coordinator, CoordinatorError } from "../group/coordinator.ts";
import { commitOffsets, committedOffsets } from "../group/group_offsets.ts";
import type { Generation } from "../group/member.ts";
import { LinkError } from "../link.ts";
import type { KafkaReading } from "../reading.ts";
import { throwWhereForGood, TransactionFailed } from "../transactions/transaction_error.ts";
import { type WriteOptions, writeTransaction } from "./write_transaction.ts";
import { bell, jitter, wait } from "../wait.ts";
import { STABLE_OFFSET_FETCH } from "../wire/offset_fetch.ts";

/** What it takes. */
export interface TransactOptions extends WriteOptions {
  readonly reading: KafkaReading;
  readonly coordinator: Coordinator;
  /** Makes of the records of one transaction those that are written in it. */
  readonly operator: OperatorFunction<StoredRecord, OutRecord>;
  /** How much goes in one transaction at the most. */
  readonly batch: InFlight;
  readonly from: "earliest" | "latest";
}

const RETRY_MS = { baseMs: 50, capMs: 1_000 };

/**
 * Writes one transaction after the other until the generation ends. After any that failed the producer begins anew, which resolves
 * it, and only then the group's offsets are asked for: they say whether it was committed, and where to go on.
 *
 * @throws {KafkaTransactionError | KafkaGroupError} where waiting does not mend it
 * @throws {RecordRefused} of a record that can never be written, and what the operator errors with
 */
export async function transactGeneration(generation: Generation, options: TransactOptions): Promise<void> {
  const { reading, producer } = options;
  const { telemetry, random } = reading.parts;
  const { ending } = generation;
  for (let failures = 0; !ending.aborted && !generation.lost;) {
    try {
      await producer.begin();
      await transactUntilFailure(generation, options, () => failures = 0);
    } catch (error) {
      if (error instanceof CoordinatorError) throwWhereForGood("write transactions", error.error);
      if (!(error instanceof TransactionFailed || error instanceof LinkError) || isFatal(error)) throw error;
      telemetry.note(failures > 1 ? "warn" : "info", "A transaction failed; going on from where the group is", {
        reason: error.message,
      });
      await wait(jitter(failures++, { ...RETRY_MS, fraction: random.fraction }), ending);
    }
  }
  // What may be open holds back who reads these partitions next.
  if (!producer.ready) await producer.begin().catch(() => {});
}

function isFatal(error: unknown): boolean {
  return error instanceof LinkError && error.fatal !== undefined;
}

/** Reads from where the group is, and writes transactions until the generation ends; throws where one fails. */
async function transactUntilFailure(
  generation: Generation,
  options: TransactOptions,
  worked: () => void,
): Promise<void> {
  const { reading, coordinator } = options;
  const { telemetry, random } = reading.parts;
  const { group, partitions, ending } = generation;
  const parts = { coordinator, telemetry, random };
  const kept = await committedOffsets(parts, { group, partitions, api: STABLE_OFFSET_FETCH }, ending);
  if (!kept) return;
  if (options.from === "latest") {
    const ends = await endsOf(partitions, { kept, range: reading.range, telemetry, ending });
    // Committed before anything is read: whoever comes next does not begin at an end that is later still.
    if (ends.length > 0 && !await commitOffsets(parts, generation, ends)) {
      throw new TransactionFailed("Cannot commit where the group begins");
    }
    for (const at of ends) kept.set(nameOf(at), at.offset);
  }
  const changed = bell();
  let waiting: Delivery<StoredRecord>[] = [];
  const out = handOut(options.batch, {
    next(delivery) {
      waiting.push(delivery);
      changed.ring();
    },
    settled: () => {},
  });
  let failure: unknown;
  const ours = new Set(partitions.map(nameOf));
  const following = reading.tail({
    topics: [...new Set(partitions.map(({ topic }) => topic))],
    only: (at) => ours.has(nameOf(at)),
    start: startWhereKept(out, { kept, telemetry }),
  }).subscribe({
    next: out.offer,
    error(error) {
      failure = error;
      changed.ring();
    },
  });
  try {
    while (!ending.aborted) {
      if (waiting.length === 0) await changed.wait(60_000, ending);
      if (failure !== undefined) throw failure;
      const taken = waiting;
      waiting = [];
      if (taken.length === 0) continue;
      const made = await collect(from(taken.map(({ value }) => value)).pipe(options.operator), ending);
      if (!made || generation.lost) return;
      // From here on positions are those after what was taken; what is handed out meanwhile is not in them.
      for (const delivery of taken) delivery.done();
      const offsets = out.positions().filter((at) => at.offset !== kept.get(nameOf(at)));
      await writeTransaction({ of: generation, made, offsets }, options);
      for (const at of offsets) kept.set(nameOf(at), at.offset);
      worked();
    }
  } finally {
    out.stop();
    following.unsubscribe();
  }
}

/** All that an observable emits; `undefined` where the signal aborts first, which unsubscribes from it. */
function collect<T>(values$: Observable<T>, signal: AbortSignal): Promise<T[] | undefined> {
  return new Promise((resolve, reject) => {
    const end = () => {
      running.unsubscribe();
      resolve(undefined);
    };
    signal.addEventListener("abort", end);
    const running = values$.pipe(toArray()).subscribe({
      next: (values) => {
        signal.removeEventListener("abort", end);
        resolve(values);
      },
      error: (error) => {
        signal.removeEventListener("abort", end);
        reject(error);
      },
    });
    if (signal.aborted) end();
  });
}
