/** What clients do. */
import { assertEquals } from "@std/assert";
import { faultClient } from "./fault_client.ts";
import type { Row } from "./run_row.ts";
import { FLOWS_WITHIN_MS } from "./scene.ts";
import { floodUntilDealtWith, stalledReader } from "./stalled_reader.ts";

const QUEUE_BYTES = 262_144;
const SLOW_CONSUMER = 4001;

export const clientRows: readonly Row[] = [
  {
    name: "a client stops reading",
    // A ping without a pong would end it too.
    fleet: { config: `[limits]\nqueue_bytes = ${QUEUE_BYTES}\nping_seconds = 3_600\n` },
    async run({ fleet, load }) {
      const [node] = fleet.nodes;
      using reader = await stalledReader(node!.process, ["chat:heavy", ...load.channels]);
      await using heavy = faultClient([node!.url]);
      await floodUntilDealtWith(node!.process, {
        publisher: heavy.client,
        channel: "chat:heavy",
        reader,
        limitBytes: QUEUE_BYTES,
        by: "end",
      });
      await load.flows(FLOWS_WITHIN_MS);
      const code = await reader.readClose();
      assertEquals([SLOW_CONSUMER, undefined].includes(code), true, `it was closed with ${code}`);
      const closes = [...load.publishers, ...load.subscribers].flatMap(({ client }) => client.wire.closes);
      assertEquals(closes, [], "others were closed too");
    },
  },
];
