/** What lets a broker tell a batch that is sent again from a new one. */
import type { TopicPartition } from "../../domain/log_record.ts";

/** Numbers of 31 bits: an identity is retired long before they run out. */
const SEQUENCES = 2 ** 30;

/**
 * A producer id, and how many records were written under it to each partition.
 *
 * The number of a batch belongs to that batch alone: a broker that has seen it acknowledges, without appending. So once a batch
 * that has a number ends in any other way than appended, the identity gives out no more numbers: it is retired.
 */
export class ProducerIdentity {
  #retired = false;
  /** By name, not by queue: a queue may be made anew while the broker still knows the numbers of the one before. */
  readonly #next = new Map<string, number>();

  constructor(readonly id: bigint, readonly epoch: number) {}

  /** Whether it gives out no more numbers. Batches that have one may still be sent again. */
  get retired(): boolean {
    return this.#retired;
  }

  /** Gives out the numbers of the next `count` records of a partition: the first of them. */
  number(of: TopicPartition, count: number): number {
    const name = nameOf(of);
    const first = this.#next.get(name) ?? 0;
    this.#next.set(name, first + count);
    if (first + count > SEQUENCES) this.#retired = true;
    return first;
  }

  /** Takes numbers back that no broker can have seen in the log: the last ones given out for the partition. */
  takeBack(of: TopicPartition, first: number): void {
    this.#next.set(nameOf(of), first);
  }

  /** Gives out no more numbers. */
  retire(): void {
    this.#retired = true;
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
