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

/** Asks any broker for a producer id that nobody has, without transactions. */
export function initProducerId(version: number): Call<InitializedProducer> {
  return call({ api: INIT_PRODUCER_ID, version }, {
    write(to) {
      // No transactional id; the time-out of transactions is not looked at then.
      to.int16(-1).int32(60_000);
    },
    read(from) {
      from.int32();
      return { error: from.int16(), id: from.bigint(), epoch: from.int16() };
    },
  });
}
