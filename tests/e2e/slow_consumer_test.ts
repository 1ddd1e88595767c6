/** What happens to a subscriber that stops reading, by the policy of its route, on a gateway as a user runs it. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { connect } from "../../client/mod.ts";
import { RawClient } from "../contract/transport/raw_client.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";

const CONFIG = `
[limits]
frame_bytes = 16_384
queue_bytes = 65_536
ping_seconds = 3_600

[[routes]]
channel = "ticks:{symbol}"
topic = "ticks"
slow = "conflate"

[[routes]]
channel = "news:{topic}"
topic = "news"
slow = "drop_oldest"

[[routes]]
channel = "chat:{room}"
topic = "chat"
`;

/** A client that subscribes and then reads nothing, until it is told to. */
async function stalled(gateway: GatewayProcess, channel: string): Promise<RawClient> {
  const { hostname, port } = new URL(gateway.http);
  const client = await RawClient.open({ hostname, port: Number(port) });
  await client.send(1, JSON.stringify({ id: 1, subscribe: { channel } }));
  for (let frame = await client.read(); !text(frame).includes('"subscribed"'); frame = await client.read());
  return client;
}

function text(frame: Awaited<ReturnType<RawClient["read"]>>): string {
  assert(frame?.opcode === 1, `opcode ${frame?.opcode}`);
  return new TextDecoder().decode(frame.payload);
}

/** Publishes numbers from 1 on, with a payload of 8 KB each, so many that no socket buffer holds them. */
async function publishMany(gateway: GatewayProcess, channel: string): Promise<number> {
  const total = 1_500;
  using client = connect(gateway.url);
  for (let n = 1; n <= total; n += 50) {
    const answers = Array.from({ length: 50 }, (_, at) => client.publish(channel, [n + at, "x".repeat(8_000)]));
    await Promise.all(answers);
  }
  return total;
}

for (const channel of ["ticks:ACME", "news:today"]) {
  Deno.test(`a subscriber of ${channel} that stops reading is told how many publications it was spared, and has the newest`, async () => {
    await using gateway = await startGateway({ config: CONFIG });
    using client = await stalled(gateway, channel);
    const total = await publishMany(gateway, channel);
    let seen = 0;
    let skipped = 0;
    let cursor = "";
    while (seen < total) {
      for (const line of text(await client.read()).split("\n")) {
        const frame = JSON.parse(line);
        seen += frame.skipped?.count ?? 1;
        skipped += frame.skipped?.count ?? 0;
        if (frame.publication) assertEquals(frame.publication.payload[0], seen);
        cursor = (frame.publication ?? frame.skipped).cursor;
      }
    }
    assertGreater(skipped, total / 4);
    // Where it was told that it is, nothing is missing.
    using later = connect(gateway.url);
    const resumed = Promise.withResolvers<unknown>();
    later.events(channel, { since: cursor }).subscribe((event) =>
      resumed.resolve([event.kind, "recovered" in event && event.recovered])
    );
    assertEquals(await resumed.promise, ["subscribed", true]);
  });
}

Deno.test("a subscriber that stops reading is disconnected where its route says nothing else, and misses nothing when it comes back", async () => {
  await using gateway = await startGateway({ config: CONFIG });
  using client = await stalled(gateway, "chat:lobby");
  const total = await publishMany(gateway, "chat:lobby");
  let seen = 0;
  let cursor = "";
  for (let frame = await client.read(); frame?.opcode === 1; frame = await client.read()) {
    for (const line of text(frame).split("\n")) {
      const { publication } = JSON.parse(line);
      assertEquals(publication.payload[0], ++seen);
      cursor = publication.cursor;
    }
  }
  assert(seen < total, `${seen} of ${total} waited for it`);
  using later = connect(gateway.url);
  const done = Promise.withResolvers<void>();
  later.channel("chat:lobby", { since: cursor }).subscribe(({ payload }) => {
    assertEquals((payload as [number])[0], ++seen);
    if (seen === total) done.resolve();
  });
  await done.promise;
});
