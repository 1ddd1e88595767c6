/** The client against real gateways that are killed under it. */
import { assertEquals } from "@std/assert";
import { capnpClientCodec } from "../../client/capnp.ts";
import { type Client, type ClientCodec, connect, jsonClientCodec } from "../../client/mod.ts";
import { until } from "../contract/transport/until.ts";
import { freePorts } from "../kafka/ports.ts";
import { JsonClient } from "./json_client.ts";
import { type GatewayProcess, type GatewayProcessOptions, startGateway } from "./gateway_process.ts";

/** A gateway that is killed and started again, on the same port and with the same file. */
async function persistent(): Promise<{ options: GatewayProcessOptions; url: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-client-" });
  const [port] = freePorts(1);
  return {
    options: { folder, env: { HTTP_PORT: String(port), TIDEGATE_SECRET: "0123456789abcdef0123456789abcdef" } },
    url: `ws://127.0.0.1:${port}/ws`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Connects with short waits. */
function connected(url: string, codec: ClientCodec): Client {
  return connect(url, { codec, retry: { minMs: 50, maxMs: 200 } });
}

for (const codec of [jsonClientCodec, capnpClientCodec]) {
  Deno.test(`client: a gateway that is killed again and again costs no message and doubles none (${codec.subprotocol})`, async () => {
    await using home = await persistent();
    let gateway: GatewayProcess = await startGateway(home.options);
    try {
      using subscriber = connected(home.url, codec);
      using publisher = connected(home.url, codec);
      const got: number[] = [];
      const missing: string[] = [];
      subscriber.events("chat:lobby").subscribe((event) => {
        if (event.kind === "publication") got.push(event.publication.payload as number);
        else if (event.kind !== "subscribed" || !event.recovered) missing.push(JSON.stringify(event));
      });
      await publisher.publish("chat:other", "ready");
      const answers: Promise<unknown>[] = [];
      const sent: number[] = [];
      const publish = (count: number) => {
        for (let n = 0; n < count; n++) answers.push(publisher.publish("chat:lobby", sent.push(sent.length) - 1));
      };
      for (let kills = 0; kills < 3; kills++) {
        publish(400);
        // In the middle of them: some are written, and their answers lost.
        await answers.at(-200);
        gateway.kill("SIGKILL");
        await gateway.status;
        publish(20);
        gateway = await startGateway(home.options);
      }
      await Promise.all(answers);
      await until("all publications are there", () => got.length >= sent.length);
      assertEquals(got, sent);
      assertEquals(missing, []);
      // What another client sees, who leaves nothing out.
      await using witness = await JsonClient.open(home.url);
      const { subscribed } = await witness.request({ subscribe: { channel: "chat:lobby", since: "earliest" } });
      assertEquals(subscribed.recovered, true);
      assertEquals(witness.publications.get("chat:lobby")?.map(({ payload }) => payload), sent);
    } finally {
      await gateway[Symbol.asyncDispose]();
    }
  });
}

Deno.test("client: history, presence and direct messages", async () => {
  await using gateway = await startGateway();
  using ann = connect(gateway.url);
  using bob = connect(gateway.url);
  const userOf = (client: Client) =>
    new Promise<string>((resolve) =>
      client.state.subscribe((state) => state.kind === "connected" && resolve(state.user))
    );
  const direct: unknown[] = [];
  bob.own.subscribe((event) => event.kind === "publication" && direct.push(event.publication.payload));
  const [annsId, bobsId] = [await userOf(ann), await userOf(bob)];
  for (const n of [1, 2, 3]) await ann.publish("chat:lobby", n);
  await ann.publish(`user:${bobsId}`, { hello: "bob" });
  await until("the direct message is there", () => direct.length > 0);
  assertEquals(direct, [{ hello: "bob" }]);
  const page = await bob.history("chat:lobby", { limit: 2 });
  assertEquals([page.publications.map(({ payload }) => payload), page.more], [[2, 3], true]);
  assertEquals((await bob.history("chat:lobby", { before: page.cursor })).publications.map(({ payload }) => payload), [
    1,
  ]);
  const live: unknown[] = [];
  const listening = bob.channel("chat:lobby", { since: "earliest" }).subscribe(({ payload }) => live.push(payload));
  await until("the replay is there", () => live.length === 3);
  assertEquals(await ann.presence("chat:lobby"), [{ user: bobsId, sessions: 1 }]);
  listening.unsubscribe();
  // Answered in the order of the requests of ann's connection, not of bob's.
  while ((await ann.presence("chat:lobby")).length > 0);
  assertEquals(page.publications.map(({ sender }) => sender), [annsId, annsId]);
});
