/** What must be true when everything has ended. */
import { assertEquals } from "@std/assert";
import type { TestGateway } from "../../../testing/mod.ts";
import type { Ledger } from "./ledger.ts";

/** The rooms, users and all channels of the model. */
export const ROOMS = ["chat:a", "chat:b", "chat:c"] as const;
export const USERS = ["ann", "bob", "cat"] as const;
export const CHANNELS: readonly string[] = [...ROOMS, ...USERS.map((user) => `user:${user}`)];

/** Nobody is present, and every place of a user is free: what a probe can see of the index and the registry. */
export function isEmpty(node: TestGateway, { users, most }: { users: readonly string[]; most: number }): void {
  const probes = users.flatMap((user) => Array.from({ length: most }, () => node.connect(user)));
  for (const probe of probes) assertEquals(probe.closed, undefined, "a place is not free");
  for (const probe of probes) {
    for (const channel of ROOMS) {
      probe.send({ type: "presence", id: 1, channel });
      assertEquals(probe.last("presence")?.users, [], `somebody is left on ${channel}`);
    }
    probe.end();
  }
}

/**
 * The first records of a sender's messages on a channel are in the order in which they were first sent.
 *
 * @param sent the messages' texts in that order, by sender and channel
 */
export function keepsOrder(ledger: Ledger, sent: ReadonlyMap<string, readonly string[]>): void {
  const first = new Map<string, string>();
  for (const { place, life, entry } of ledger.all()) {
    if (entry.to === undefined && entry.text && !first.has(entry.text)) {
      first.set(entry.text, `${place} ${life} ${String(entry.offset).padStart(6, "0")}`);
    }
  }
  for (const [who, texts] of sent) {
    const places = texts.map((text) => first.get(text)).filter((place) => place !== undefined);
    assertEquals(places, [...places].sort(), `the order of ${JSON.stringify(who)}`);
  }
}
