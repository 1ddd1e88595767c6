/** One partition of an SQLite log: what this process knows of it, and its newest records. */
import type { TopicPartition } from "../../../domain/log_record.ts";
import type { LogUnavailable } from "../../../domain/ports/log.ts";
import type { FetchRequest, PartitionSource, Piece } from "../partition_source.ts";
import { RecordRun } from "../record_run.ts";
import { Watchers } from "../watchers.ts";
import type { ReadLane } from "./read_lane.ts";

/** A partition whose newest records are in memory, and all of them in the file. */
export class SqlitePartition extends Watchers implements PartitionSource {
  readonly topic: string;
  readonly partition: number;
  readonly available = true;
  /** The newest records, up to the high end. */
  readonly run: RecordRun = new RecordRun(0);
  readonly #reads: ReadLane;
  ref = 0;
  low = 0;
  epoch = 0;

  constructor({ topic, partition }: TopicPartition, reads: ReadLane) {
    super();
    this.topic = topic;
    this.partition = partition;
    this.#reads = reads;
  }

  get high(): number {
    return this.run.to;
  }

  fetch(request: FetchRequest, answer: (piece: Piece | LogUnavailable) => void): void {
    if (request.from >= this.run.from) answer(this.run.read(request));
    else this.#reads.read(this, request, answer);
  }
}
