/** The requests of a transaction: what it touches, the offsets in it, and its end. */
import type { TopicPartition } from "../../../domain/log_record.ts";
import { type Api, type Call, call } from "./call.ts";
import type { Position } from "../../jobs/position.ts";
import { readFirstError, writeOffsets, writePlaces } from "./group_places.ts";
import type { GroupMember } from "./heartbeat.ts";

/** Kafka's AddPartitionsToTxn. */
export const ADD_PARTITIONS: Api = { key: 24, name: "AddPartitionsToTxn", lowest: 1, highest: 1, flexibleFrom: 3 };
/** Kafka's AddOffsetsToTxn. */
export const ADD_OFFSETS: Api = { key: 25, name: "AddOffsetsToTxn", lowest: 1, highest: 1, flexibleFrom: 3 };
/** Kafka's EndTxn. */
export const END_TRANSACTION: Api = { key: 26, name: "EndTxn", lowest: 1, highest: 1, flexibleFrom: 3 };
/** Kafka's TxnOffsetCommit: from version 3 on it refuses a member that is not of the group's generation. */
export const TXN_OFFSET_COMMIT: Api = {
  key: 28,
  name: "TxnOffsetCommit",
  lowest: 3,
  highest: 3,
  flexibleFrom: 3,
  since: "2.5",
};

/** Whose transaction it is. */
export interface TransactionOwner {
  readonly transactionalId: string;
  readonly id: bigint;
  readonly epoch: number;
}

type Answer = { readonly error: number };

/** Tells the transaction's coordinator to which partitions records go; before any does. */
export function addPartitions(
  version: number,
  { transactionalId, id, epoch }: TransactionOwner,
  partitions: readonly TopicPartition[],
): Call<Answer> {
  return call({ api: ADD_PARTITIONS, version }, {
    write(to) {
      to.string(transactionalId).bigint(id).int16(epoch);
      writePlaces(to, partitions, ({ partition }) => to.int32(partition));
    },
    read(from) {
      from.int32();
      return { error: readFirstError(from) };
    },
  });
}

/** Tells the transaction's coordinator that offsets of a group are in it; before any are. */
export function addOffsets(
  version: number,
  { transactionalId, id, epoch }: TransactionOwner,
  group: string,
): Call<Answer> {
  return call({ api: ADD_OFFSETS, version }, {
    write(to) {
      to.string(transactionalId).bigint(id).int16(epoch).string(group);
    },
    read(from) {
      from.int32();
      return { error: from.int16() };
    },
  });
}

/** Tells the group's coordinator the offsets that hold once the transaction is committed. */
export function txnOffsetCommit(
  version: number,
  { transactionalId, id, epoch }: TransactionOwner,
  { of, offsets }: { readonly of: GroupMember; readonly offsets: readonly Position[] },
): Call<Answer> {
  return call({ api: TXN_OFFSET_COMMIT, version }, {
    write(to) {
      to.string(transactionalId).string(of.group).bigint(id).int16(epoch);
      to.int32(of.generation).string(of.member).nullableString(null);
      writeOffsets(to, offsets);
      to.end();
    },
    read(from) {
      from.int32();
      return { error: readFirstError(from) };
    },
  });
}

/** Tells the transaction's coordinator how it ends. */
export function endTransaction(
  version: number,
  { transactionalId, id, epoch }: TransactionOwner,
  { commit }: { readonly commit: boolean },
): Call<Answer> {
  return call({ api: END_TRANSACTION, version }, {
    write(to) {
      to.string(transactionalId).bigint(id).int16(epoch).boolean(commit);
    },
    read(from) {
      from.int32();
      return { error: from.int16() };
    },
  });
}
