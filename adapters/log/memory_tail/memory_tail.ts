/** A log that remembers what its tail has read. */
import { Observable, tap } from "rxjs";
import type { TopicPartition } from "../../../domain/log_record.ts";
import type { Clock } from "../../../domain/ports/clock.ts";
import type { Batch, OpenLog } from "../../../domain/ports/log.ts";
import { Fifo } from "../../../streams/fifo.ts";
import { recordBytes } from "../record_bytes.ts";
import { RememberedPartition } from "./remembered_partition.ts";
import { RememberedRead } from "./remembered_read.ts";

/** What was remembered at once, and is forgotten at once. */
interface Memory {
  readonly partition: RememberedPartition;
  readonly epoch: number;
  readonly to: number;
  readonly bytes: number;
}

/** How much is remembered. */
export interface MemoryTailOptions {
  /** About how many bytes of records, over all partitions. The oldest are forgotten first. */
  readonly bytes: number;
  /** Gives a long read its turns. */
  readonly clock: Clock;
}

/**
 * The same log with a memory: what its tail has read lately is read again without a look at the log, and a channel's records are found
 * among those of others by their key. A storm of clients that come back to a node costs the log nothing.
 *
 * It is to be tailed once at a time. What the memory has is what the tail was given, at the time of the tail: where the log is made
 * anew, the memory forgets as soon as the tail is told.
 */
export function memoryTail(log: OpenLog, { bytes: most, clock: { scheduler } }: MemoryTailOptions): OpenLog {
  const partitions = new Map<string, RememberedPartition>();
  const memories = new Fifo<Memory>();
  let bytes = 0;

  function remember(batch: Batch): void {
    const partition = rememberedOf(batch);
    partition.take(batch);
    const size = batch.records.reduce((sum, record) => sum + recordBytes(record), 0);
    memories.push({ partition, epoch: partition.epoch, to: batch.to, bytes: size });
    bytes += size;
    while (bytes > most && memories.length > 0) forget(memories.shift()!);
  }

  function forget({ partition, epoch, to, bytes: size }: Memory): void {
    bytes -= size;
    if (partition.epoch === epoch) partition.forget(to);
  }

  function rememberedOf(place: TopicPartition): RememberedPartition {
    const name = nameOf(place);
    const known = partitions.get(name);
    if (known) return known;
    const made = new RememberedPartition();
    partitions.set(name, made);
    return made;
  }

  return {
    state: log.state,
    append: (records) => log.append(records),
    tail: (request) => log.tail(request).pipe(tap(remember)),
    read: (place, range) =>
      new Observable((subscriber) => {
        const memory = partitions.get(nameOf(place));
        if (!memory) return log.read(place, range).subscribe(subscriber);
        const reading = new RememberedRead({ log, memory, place, range, subscriber, scheduler });
        reading.advance();
        return () => reading.stop();
      }),
    range: (place) => log.range(place),
    close() {
      partitions.clear();
      return log.close();
    },
  };
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
