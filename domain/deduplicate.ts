/** The operator that leaves duplicates out of the live tail. */
import { map, type OperatorFunction, pipe } from "rxjs";
import { foldRecord } from "./fold_record.ts";
import type { StoredRecord } from "./log_record.ts";
import type { PartitionView } from "./partition_view.ts";
import type { Batch } from "./ports/log.ts";
import type { Scene } from "./scene.ts";

/** A batch after de-duplication. */
export interface Deduplicated {
  readonly batch: Batch;
  readonly view: PartitionView;
  /** The records that are for subscribers, in offset order: no duplicate, and none that was only read for the window. */
  readonly records: readonly StoredRecord[];
}

/** Folds each batch into its partition's view and leaves out the duplicates. Keeps the order and the number of batches. */
export function deduplicate(
  scene: Pick<Scene, "routes" | "view" | "telemetry">,
): OperatorFunction<Batch, Deduplicated> {
  const { routes, view: log, telemetry } = scene;
  return pipe(map((batch) => {
    const view = log.follow(batch);
    const records: StoredRecord[] = [];
    let duplicates = 0;
    for (const record of batch.records) {
      const duplicate = foldRecord(view.window, record, routes);
      view.take(record, duplicate);
      if (!view.isLive(record)) continue;
      if (duplicate) duplicates++;
      else records.push(record);
    }
    view.end(batch);
    if (duplicates > 0) telemetry.count("records_duplicate", duplicates);
    return { batch, view, records };
  }));
}
