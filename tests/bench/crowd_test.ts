import { assertEquals, assertRejects } from "@std/assert";
import { openCrowd } from "../../bench/load/crowd.ts";
import type { CrowdPlan } from "../../bench/load/crowd_plan.ts";
import { wsDialect } from "../../bench/load/peer_dialects.ts";
import { stampedValue } from "../../bench/load/stamp.ts";

/** A server on loopback that answers each text message as it is told. */
function answering(answer: (message: { type: string; channel?: string }, socket: WebSocket) => void) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => answer(JSON.parse(data), socket);
    return response;
  });
}

function planFor(server: Deno.HttpServer<Deno.NetAddr>): CrowdPlan {
  return {
    ...{ port: server.addr.port, origin: 0, channels: 2, channelsEach: 1, bytes: 100 },
    ...{ clients: 4, first: 0, bystanders: 2, firstBystander: 4 },
  };
}

Deno.test("bench crowd: clients subscribe each to its own channels, and what comes to them is counted", async () => {
  const subscribed: string[] = [];
  await using server = answering(({ type, channel }, socket) => {
    if (channel) subscribed.push(channel);
    socket.send(JSON.stringify(channel ? { type: "subscribed", channel } : { type }));
    if (channel) socket.send(stampedValue({ time: 1, channel: Number(channel.at(-1)) % 2, number: 1 }, { bytes: 100 }));
  });
  const crowd = await openCrowd(planFor(server), () => wsDialect);
  assertEquals(subscribed.toSorted(), ["c0", "c0", "c1", "c1", "idle4", "idle5"]);
  while (crowd.tally.delivered < 4) await new Promise((resolve) => setTimeout(resolve, 1));
  crowd.close();
  assertEquals(await Promise.all(crowd.clients.map(({ ended }) => ended)), Array(6).fill(undefined));
  assertEquals([crowd.tally.delivered, crowd.tally.again, crowd.ended.size], [4, 0, 0]);
});

Deno.test("bench crowd: a server that refuses a subscribe, or ends the connection, is what it fails with", async () => {
  const refusals: Record<string, (socket: WebSocket) => void> = {
    "no such channel": (socket) => socket.send(JSON.stringify({ type: "error", message: "no such channel" })),
    "closed: 4503 too many": (socket) => socket.close(4503, "too many"),
  };
  for (const [said, refuse] of Object.entries(refusals)) {
    await using server = answering(({ type }, socket) =>
      type === "hello" ? socket.send(JSON.stringify({ type })) : refuse(socket)
    );
    const plan = { ...planFor(server), clients: 1, bystanders: 0 };
    await assertRejects(() => openCrowd(plan, () => wsDialect), Error, said);
  }
});
