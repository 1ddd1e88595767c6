/** Worker side: appends. */
import type { WorkerAnswers, WorkerRequests } from "./messages.ts";
import { fromSlab, HEAD_BYTES, slabBytes } from "./slab.ts";
import type { Part, StoreFile } from "./store_file.ts";
import { messageOf, StoreProblem } from "./store_problem.ts";

/** What a record costs beside its own bytes, as in `record_bytes.ts`. */
const OVERHEAD_BYTES = 64;

/**
 * Appends the records of a slab in one durable transaction.
 *
 * @throws {StoreProblem} `unknown`, where it is not known whether they were written; any other error says that none was
 */
export function appendRecords(file: StoreFile, { slab, time }: WorkerRequests["append"]): WorkerAnswers["append"] {
  const before = new Map<number, Part>();
  try {
    file.change(() => insert(file, { slab, time, before }));
  } catch (error) {
    throw wasWritten(file, before) === false ? error : new StoreProblem("unknown", messageOf(error));
  }
  return { firsts: [...before.values()].map(({ ref, next }) => [ref, next]), bytes: file.bytes };
}

function insert(
  file: StoreFile,
  { slab, time, before }: WorkerRequests["append"] & { before: Map<number, Part> },
): Iterable<Part> {
  const add = file.sql(
    "INSERT INTO records (partition, position, time, bytes, key, headers, value) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const changed = new Map<number, Part>();
  for (const record of fromSlab(slab)) {
    const { first: ref, key, headers, value } = record;
    const part = changed.get(ref) ?? file.part(ref);
    if (!before.has(ref)) before.set(ref, part);
    const bytes = OVERHEAD_BYTES + slabBytes(record) - HEAD_BYTES;
    add.run(ref, part.next, time, bytes, key, headers?.length ? headers : null, value);
    changed.set(ref, { ...part, next: part.next + 1, bytes: part.bytes + bytes });
  }
  return changed.values().toArray();
}

/** Whether a failed append was written after all: opened anew, the file tells; `undefined` where it cannot be. */
function wasWritten(file: StoreFile, before: ReadonlyMap<number, Part>): boolean | undefined {
  try {
    file.open();
    return before.values().some(({ ref, next }) => file.part(ref).next !== next);
  } catch {
    return undefined;
  }
}
