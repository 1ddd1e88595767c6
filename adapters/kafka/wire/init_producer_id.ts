/** Asks for the identity of an idempotent producer. */
import { type Api, type Call, call } from "./call.ts";

/** Kafka's InitProducerId. */
export const INIT_PRODUCER_ID: Api = { key: 22, name: "InitProducerId", lowest: 0, highest: 1, flexibleFrom: 2 };

/** What the broker gave. */
export interface InitializedProducer {
  readonly error: number;
  readonly id: bigint;
  readonly epoch: number;
}

/** For whom an identity is asked, where it is to be the only one of its name. */
export interface TransactionalProducer {
  /** Whoever has an identity of this name is fenced, and its open transaction is resolved. */
  readonly transactionalId: string;
  /** A transaction that is open for so long is aborted by its coordinator, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Asks any broker for a producer id that nobody has, without transactions; or the coordinator of a transactional id for the
 * one identity under that name.
 */
export function initProducerId(version: number, of?: TransactionalProducer): Call<InitializedProducer> {
  return call({ api: INIT_PRODUCER_ID, version }, {
    write(to) {
      // Without a transactional id the time-out of transactions is not looked at.
      to.nullableString(of?.transactionalId ?? null).int32(of?.timeoutMs ?? 60_000);
    },
    read(from) {
      from.int32();
      return { error: from.int16(), id: from.bigint(), epoch: from.int16() };
    },
  });
}
