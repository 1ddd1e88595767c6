/** Writes one transaction of a job. */
import type { LogRecord } from "../../../domain/log_record.ts";
import type { OutRecord, PlaceRecord } from "../../../domain/out_record.ts";
import { type Appended, placedIn, RecordRefused, type Refused, type SinkRules } from "../../jobs/append_deliveries.ts";
import type { Position } from "../../jobs/position.ts";
import type { TransactionalProducer } from "../transactions/transactional_producer.ts";
import type { GroupMember } from "../wire/heartbeat.ts";

/** What writing takes. */
export interface WriteOptions extends Pick<SinkRules, "refused"> {
  readonly producer: TransactionalProducer;
  readonly place: PlaceRecord;
  /** The numbers of partitions of the topics that may be written to. */
  readonly partitionsOf: (topic: string) => number | undefined;
  /** Is told of each record, once it is committed. */
  readonly next: (appended: Appended) => void;
}

/**
 * Writes one transaction: records, and how far the group is with them. What is refused for good is replaced in it, as `refused` says.
 *
 * @throws {RecordRefused} of a record that can never be written, and otherwise as the producer does
 */
export async function writeTransaction(
  { of, made, offsets }: {
    readonly of: GroupMember;
    readonly made: readonly OutRecord[];
    readonly offsets: readonly Position[];
  },
  options: WriteOptions,
): Promise<void> {
  const { producer, place, partitionsOf } = options;
  const substituted = new Set<OutRecord>();
  const instead = (record: OutRecord, why: Omit<Refused, "record">) => {
    const refused = { record, ...why };
    if (!options.refused || substituted.has(record)) throw new RecordRefused(refused);
    const other = options.refused(refused);
    if (!other) return [];
    substituted.add(other);
    return [other];
  };
  const placed = new Map<OutRecord, LogRecord>();
  /** The records that have a place; each keeps the one that it got first. */
  const inPlace = (record: OutRecord): OutRecord[] => {
    if (placed.has(record)) return [record];
    const to = placedIn(record, { partitionsOf, place });
    if (typeof to === "string") return instead(record, { reason: "invalid", message: to }).flatMap(inPlace);
    placed.set(record, to);
    return [record];
  };
  let records = made.flatMap(inPlace);
  for (let singly = false;;) {
    const sent = await producer.write({
      records: records.map((record) => placed.get(record)!),
      singly,
      of,
      offsets,
    });
    if (sent.kind === "appended") {
      records.forEach((record, at) => {
        const { topic, partition } = placed.get(record)!;
        options.next({ topic, partition, offset: sent.offsets[at]! });
      });
      return;
    }
    await producer.begin();
    if (sent.indexes.length > 1) singly = true;
    else {
      const [index] = sent.indexes;
      records = records.flatMap((record, at) => at === index ? instead(record, sent).flatMap(inPlace) : [record]);
    }
  }
}
