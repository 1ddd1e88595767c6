/** What a run of the fault suite leaves behind, for the checker. */
import type { ReadRecord } from "../kafka/topics.ts";

/** A publish, as its sender saw it. */
export interface Publish {
  readonly sender: string;
  readonly channel: string;
  /** `<sender>-<n>`, with `n` counting the publishes of this sender. */
  readonly messageId: string;
  readonly n: number;
  /** Absent while it has no answer. */
  answer?: Acked | Refused;
}

/** The gateway said that it is in the log. */
export interface Acked {
  readonly kind: "acked";
  readonly partition: number;
  readonly offset: number;
  readonly duplicate: boolean;
}

/** The publish was rejected, by the gateway for good or by the client. */
export interface Refused {
  readonly kind: "refused";
  readonly reason: string;
}

/** What a subscriber was told on the wire, in order, over all of its connections. */
export type Told =
  | { readonly kind: "publication"; readonly channel: string; readonly messageId: string }
  | { readonly kind: "subscribed"; readonly channel: string; readonly recovered: boolean; readonly reason?: string }
  | { readonly kind: "gap"; readonly channel: string; readonly reason: string }
  | { readonly kind: "skipped" | "unsubscribed"; readonly channel: string };

/** A subscriber, as it saw its channels. */
export interface SubscriberLog {
  readonly name: string;
  readonly channels: readonly string[];
  readonly told: readonly Told[];
  /** For which reasons it may be told that publications are missing. */
  readonly mayHear: readonly string[];
}

/** Everything about one topic, from when its subscribers subscribed until all of it was delivered. */
export interface Evidence {
  /** The whole topic, by partition in offset order. */
  readonly records: readonly ReadRecord[];
  /** The publishes of each sender are in the order in which it made them. */
  readonly publishes: readonly Publish[];
  /** All of them subscribed before the first publish. */
  readonly subscribers: readonly SubscriberLog[];
}
