/** One partition of a log in memory. */
import type { TopicPartition } from "../../domain/log_record.ts";
import { LogUnavailable } from "../../domain/ports/log.ts";
import type { FetchRequest, PartitionSource, Piece } from "./partition_source.ts";
import type { RecordRun } from "./record_run.ts";
import { Watchers } from "./watchers.ts";

/** A partition whose records are all in memory. */
export class MemoryPartition extends Watchers implements PartitionSource {
  readonly topic: string;
  readonly partition: number;
  readonly run: RecordRun;
  epoch = 0;
  readonly #isAvailable: () => boolean;

  constructor({ topic, partition }: TopicPartition, options: { run: RecordRun; isAvailable: () => boolean }) {
    super();
    this.topic = topic;
    this.partition = partition;
    this.run = options.run;
    this.#isAvailable = options.isAvailable;
  }

  get low(): number {
    return this.run.from;
  }

  get high(): number {
    return this.run.to;
  }

  get available(): boolean {
    return this.#isAvailable();
  }

  fetch(request: FetchRequest, answer: (piece: Piece | LogUnavailable) => void): void {
    if (this.available) answer(this.run.read(request));
    else answer(new LogUnavailable(`Cannot read ${this.topic}/${this.partition}: the log is away`));
  }
}
