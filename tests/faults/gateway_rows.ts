/** What happens to gateways. */
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import type { FleetNode } from "./fleet.ts";
import type { Row } from "./run_row.ts";
import { FLOWS_WITHIN_MS, type Scene } from "./scene.ts";
import { until } from "./until.ts";

/** How long a gateway is stopped. */
const GATEWAY_STOP_MS = 12_000;
/** Clients that come back at once. */
const CROWD = 300;
/** The close code of a gateway that is drained. */
const DRAINING = 4000;
const DRAIN_SECONDS = 3;

export const gatewayRows: readonly Row[] = [
  {
    name: "a gateway is stopped for 12 s and goes on",
    async run({ fleet, load }) {
      const [node] = fleet.nodes;
      node!.process.kill("SIGSTOP");
      try {
        const until = performance.now() + GATEWAY_STOP_MS;
        await load.untilMore(50);
        // Some wait for it, and some go elsewhere: what they had asked it for comes out of it late.
        [...load.publishers, ...load.subscribers].filter((_, at) => at % 4 === 0).forEach(({ client }) =>
          client.drop()
        );
        await load.untilMore(100);
        await new Promise((resolve) => setTimeout(resolve, until - performance.now()));
      } finally {
        node!.process.kill("SIGCONT");
      }
      await load.flows(FLOWS_WITHIN_MS);
    },
  },
  {
    name: "gateways are killed in the middle of publishes and started again",
    async run({ fleet, load }) {
      for (const node of fleet.nodes) {
        await node.end("SIGKILL");
        await load.flows(FLOWS_WITHIN_MS);
        await node.start();
        await load.untilMore(100);
      }
      await load.flows(FLOWS_WITHIN_MS);
    },
  },
  {
    name: `a gateway dies, and ${CROWD} clients come to the other one at once`,
    load: { subscribers: CROWD, crowd: true },
    async run({ fleet, load }) {
      const [node] = fleet.nodes;
      const before = load.subscribers.map(({ told }) => told.length);
      const sinceMs = performance.now();
      await node!.end("SIGKILL");
      /** Who is not subscribed again to everything. */
      const away = () =>
        load.subscribers.filter(({ told, channels }, at) =>
          told.slice(before[at]).filter(({ kind }) => kind === "subscribed").length < channels.length
        );
      await until(() => `all clients are back: ${away().length} of ${CROWD} are not`, () => away().length === 0);
      const seconds = (performance.now() - sinceMs) / 1000;
      console.log(
        `  ${CROWD} clients with 4 channels each were back ${seconds.toFixed(1)} s after their gateway's death`,
      );
      await node!.start();
      await load.flows(FLOWS_WITHIN_MS);
    },
  },
  {
    name: "gateways are drained and started again, one after another",
    fleet: { config: `[limits]\ndrain_seconds = ${DRAIN_SECONDS}\n` },
    async run(scene) {
      for (const node of scene.fleet.nodes) await roll(node, scene);
      const closes = [...scene.load.publishers, ...scene.load.subscribers].flatMap(({ client }) => client.wire.closes);
      assertGreater(closes.length, 0);
      assertEquals(closes.filter((code) => code !== DRAINING), [], "sockets were not closed as by a drain");
    },
  },
];

/** Drains a gateway and starts it again, under traffic. */
async function roll(node: FleetNode, { load }: Scene): Promise<void> {
  const sinceMs = performance.now();
  const { code } = await node.end("SIGTERM");
  assertEquals(code, 0, "the exit code of a drained gateway");
  assertLess(performance.now() - sinceMs, 1000 * DRAIN_SECONDS + 10_000);
  await load.untilMore(50);
  await node.start();
  await load.flows(FLOWS_WITHIN_MS);
}
