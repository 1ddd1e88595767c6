/** The checker: what of a run breaks a promise, in words. It knows the log and what clients saw, and nothing of the gateway. */
import { checkSubscriber } from "./check_subscriber.ts";
import type { Evidence, Publish } from "./evidence.ts";
import { channelOf, type Lanes, lanesOf } from "./lanes.ts";

/** Which promise is broken. */
export type Breach =
  /** A publish was acked, and is not in the log, or not where the answer said. */
  | "lost"
  /** A subscriber got a message twice. */
  | "doubled"
  /** A subscriber got messages in another order than the log's, or the log has a sender's in another than it made them. */
  | "disordered"
  /** A subscriber missed messages and was not told. */
  | "gap"
  /** A subscriber was told something that did not happen, or got what nobody published. */
  | "untrue";

/** A broken promise: which message, where. */
export interface Problem {
  readonly breach: Breach;
  readonly text: string;
}

/** Everything that is wrong; empty where G1 to G4 were kept. */
export function checkEvidence({ records, publishes, subscribers }: Evidence): Problem[] {
  const lanes = lanesOf(records);
  return [
    ...lostPublishes({ records, publishes }),
    ...sendersOutOfOrder(lanes, publishes),
    ...subscribers.flatMap((subscriber) => checkSubscriber(subscriber, lanes)),
  ];
}

/** How many records are in the log that were there before: not wrong, as long as nobody gets them. */
export function writtenTwice({ records }: Pick<Evidence, "records">): number {
  const once = [...lanesOf(records).values()].flatMap((partitions) => [...partitions.values()]);
  return records.length - once.reduce((sum, lane) => sum + lane.length, 0);
}

function lostPublishes({ records, publishes }: Pick<Evidence, "records" | "publishes">): Problem[] {
  const places = new Map<string, string[]>();
  for (const { partition, offset, key, headers } of records) {
    const name = `${channelOf(key)} ${headers["tidegate-message-id"]}`;
    places.set(name, [...places.get(name) ?? [], `${partition}@${offset}`]);
  }
  return publishes.flatMap(({ channel, messageId, answer }) => {
    if (answer?.kind !== "acked") return [];
    const { partition, offset, duplicate } = answer;
    const found = places.get(`${channel} ${messageId}`);
    if (found?.includes(`${partition}@${offset}`)) return [];
    const said = `${messageId} to ${channel} was acked ${duplicate ? "as a duplicate " : ""}at ${partition}@${offset}`;
    return [{ breach: "lost", text: `${said} and is ${found ? `at ${found.join(", ")}` : "not in the log"}` }];
  });
}

function sendersOutOfOrder(lanes: Lanes, publishes: readonly Publish[]): Problem[] {
  const problems: Problem[] = [];
  const known = new Map(publishes.map((publish) => [`${publish.channel} ${publish.messageId}`, publish]));
  const channels = new Set(publishes.map(({ channel }) => channel));
  for (const [channel, partitions] of lanes) {
    // Of others nothing is known.
    if (!channels.has(channel)) continue;
    for (const [partition, lane] of partitions) {
      const last = new Map<string, Publish>();
      for (const messageId of lane) {
        const publish = known.get(`${channel} ${messageId}`);
        if (!publish) {
          problems.push({ breach: "untrue", text: `${messageId} in ${partition} of ${channel}: nobody published it` });
          continue;
        }
        const before = last.get(publish.sender);
        if (before && before.n > publish.n) {
          const text = `${messageId} is after ${before.messageId} in partition ${partition} of ${channel}`;
          problems.push({ breach: "disordered", text });
        } else last.set(publish.sender, publish);
      }
    }
  }
  return problems;
}
