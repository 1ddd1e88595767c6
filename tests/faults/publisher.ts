/** One who publishes steadily, to several channels in turn. */
import type { Publish } from "./evidence.ts";
import type { FaultClient } from "./fault_client.ts";

/** A publisher. */
export interface Publisher {
  readonly name: string;
  readonly client: FaultClient;
  /** In the order in which they were made. */
  readonly publishes: readonly Publish[];
  readonly acked: number;
  /** Makes no more publishes; those that were made still wait for their answers. */
  pause(): void;
  resume(): void;
}

/** How a publisher publishes. */
export interface PublisherOptions {
  readonly name: string;
  readonly channels: readonly string[];
  /** Called at each ack. */
  readonly onAck: () => void;
}

/** So many are made at once, that they meet in a batch; */
const BURST = 3;
/** so often, in milliseconds; */
const EVERY_MS = 60;
/** as long as so few have no answer. */
const WINDOW = 60;

/** Publishes until it is paused. */
export function publisher(client: FaultClient, { name, channels, onAck }: PublisherOptions): Publisher {
  const publishes: Publish[] = [];
  let open = 0;
  let acked = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  const make = async () => {
    const n = publishes.length;
    const publish: Publish = { sender: name, channel: channels[n % channels.length]!, messageId: `${name}-${n}`, n };
    publishes.push(publish);
    open++;
    try {
      const { messageId, channel } = publish;
      const { position, duplicate } = await client.client.publish(channel, { n }, { messageId });
      publish.answer = { kind: "acked", partition: position.partition, offset: Number(position.offset), duplicate };
      acked++;
      onAck();
    } catch (error) {
      publish.answer = { kind: "refused", reason: String(error) };
    }
    open--;
  };
  const burst = () => {
    for (let count = 0; count < BURST && open < WINDOW; count++) void make();
  };
  const resume = () => {
    timer ??= setInterval(burst, EVERY_MS);
  };
  resume();
  return {
    name,
    client,
    publishes,
    get acked() {
      return acked;
    },
    pause() {
      clearInterval(timer);
      timer = undefined;
    },
    resume,
  };
}
