/** Who joins and leaves, told by a gateway alone, on a log of its own. */
import { assertEquals } from "@std/assert";
import { capnpClientCodec } from "../../client/capnp.ts";
import { connect, jsonClientCodec } from "../../client/mod.ts";
import { until } from "../contract/transport/until.ts";
import { freePorts } from "../kafka/ports.ts";
import { startGateway } from "./gateway_process.ts";
import { EventClient } from "./http_client.ts";
import { JsonClient } from "./json_client.ts";

const CONFIG = `
[[routes]]
channel = "room:{room}"
topic = "rooms"
presence_scope = "announced"
`;

Deno.test("streams of events are told who joins and leaves, and are present themselves", async () => {
  await using gateway = await startGateway({ config: CONFIG });
  await using ann = await JsonClient.open(gateway.url);
  const { user } = await ann.connected();
  await ann.request({ subscribe: { channel: "room:a" } });
  {
    using stream = new EventClient(`${gateway.http}/events?channel=room:a`);
    await stream.subscribed();
    const { presence: { users } } = await ann.request({ presence: { channel: "room:a" } });
    assertEquals(users.length, 2);
    await using bob = await JsonClient.open(gateway.url);
    const { user: bobsId } = await bob.connected();
    await bob.request({ subscribe: { channel: "room:a" } });
    await bob.close();
    await until("the stream is told", () => stream.named("left").length > 0);
    const told = ["joined", "left"].map((name) => stream.named(name).filter(({ user }) => user === bobsId));
    assertEquals(told, [[{ channel: "room:a", user: bobsId }], [{ channel: "room:a", user: bobsId }]]);
  }
  await ann.until(() => ann.frames.filter(({ left }) => left).length === 2);
  const { presence } = await ann.request({ presence: { channel: "room:a" } });
  assertEquals(presence.users, [{ user, sessions: 1 }]);
});

for (const codec of [jsonClientCodec, capnpClientCodec]) {
  Deno.test(`the client follows the members of a channel over a restart of its gateway (${codec.subprotocol})`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tidegate-members-" });
    const env = { HTTP_PORT: String(freePorts(1)[0]), TIDEGATE_SECRET: "0123456789abcdef0123456789abcdef" };
    const start = () => startGateway({ folder, env, config: CONFIG });
    let gateway = await start();
    try {
      const open = () => connect(gateway.url, { codec, retry: { minMs: 50, maxMs: 200 } });
      using ann = open();
      let members: readonly string[] = [];
      ann.members("room:a").subscribe((users) => members = users);
      await until("ann is there", () => members.length === 1);
      const [annsId] = members;
      {
        using bob = open();
        bob.channel("room:a").subscribe();
        await until("bob is there, too", () => members.length === 2);
      }
      await until("bob is gone", () => members.length === 1);
      assertEquals(members, [annsId]);
      members = [];
      gateway.kill("SIGKILL");
      await gateway.status;
      gateway = await start();
      using carl = open();
      carl.channel("room:a").subscribe();
      await until("both are there", () => members.length === 2);
      assertEquals(members.includes(annsId!), true);
    } finally {
      await gateway[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
