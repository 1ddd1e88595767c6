/** One who listens to several channels. */
import type { FaultClient } from "./fault_client.ts";
import type { SubscriberLog, Told } from "./evidence.ts";
import { until } from "./until.ts";

/** A subscriber. */
export interface Subscriber extends SubscriberLog {
  readonly client: FaultClient;
  readonly told: Told[];
  /** The messages that it got, each as `<channel> <message id>`. */
  readonly got: ReadonlySet<string>;
  /** For which reasons it may be told that publications are missing. */
  mayHear: readonly string[];
  /** What is wrong between what came on the wire and what the client gave to its program; `undefined` where nothing is. */
  difference(): string | undefined;
}

/** Subscribes, and resolves when all channels are live. */
export async function subscriber(
  client: FaultClient,
  { name, channels }: { readonly name: string; readonly channels: readonly string[] },
): Promise<Subscriber> {
  const got = new Set<string>();
  const delivered: string[] = [];
  let ended: string | undefined;
  for (const channel of channels) {
    client.client.channel(channel).subscribe({
      next: ({ messageId }) => {
        got.add(`${channel} ${messageId}`);
        delivered.push(`${channel} ${messageId}`);
      },
      error: (error) => ended ??= String(error),
    });
  }
  const { told } = client.wire;
  const live = () => new Set(told.flatMap((each) => each.kind === "subscribed" ? [each.channel] : []));
  await until(`${name} is subscribed`, () => live().size === channels.length);
  return {
    name,
    channels,
    client,
    told,
    got,
    mayHear: [],
    difference() {
      if (ended !== undefined) return `${name}: a subscription ended: ${ended}`;
      const came = told.flatMap((each) => each.kind === "publication" ? [`${each.channel} ${each.messageId}`] : []);
      const at = Math.max(came.length, delivered.length) - 1;
      const first = came.findIndex((each, index) => delivered[index] !== each);
      if (first < 0 && came.length === delivered.length) return undefined;
      const where = first < 0 ? at : first;
      return `${name}: its client gave ${delivered[where]} to the program where ${came[where]} had come`;
    },
  };
}
