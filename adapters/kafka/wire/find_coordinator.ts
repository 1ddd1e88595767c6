/** Which broker keeps a group, or the transactions of a name. */
import { type Api, type Call, call } from "./call.ts";

/** Kafka's FindCoordinator. */
export const FIND_COORDINATOR: Api = { key: 10, name: "FindCoordinator", lowest: 1, highest: 2, flexibleFrom: 3 };

/** What is coordinated: members and offsets of a group, or the transactions of a transactional id. */
export type CoordinatorOf = { readonly kind: "group" | "transaction"; readonly name: string };

/** Where it is. */
export interface FoundCoordinator {
  readonly error: number;
  readonly host: string;
  readonly port: number;
}

/** Asks any broker. */
export function findCoordinator(version: number, of: CoordinatorOf): Call<FoundCoordinator> {
  return call({ api: FIND_COORDINATOR, version }, {
    write(to) {
      to.string(of.name).int8(of.kind === "group" ? 0 : 1);
    },
    read(from) {
      from.int32();
      const error = from.int16();
      from.nullableString();
      from.int32();
      return { error, host: from.string(), port: from.int32() };
    },
  });
}
