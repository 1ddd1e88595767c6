import { assert, assertEquals, assertLess, assertMatch, assertThrows } from "@std/assert";
import { of, type Subscription } from "rxjs";
import { type WebSocketClient, webSocketServer, type WebSocketServerOptions } from "../../../adapters/websocket/mod.ts";
import type { UserId } from "../../../domain/channel.ts";
import { disconnect } from "../../../domain/disconnect.ts";
import type { Delivery } from "../../../streams/delivery.ts";
import { PoliteClient } from "../../contract/transport/polite_client.ts";
import { type Address, exchange, RawClient, upgradeHead } from "../../contract/transport/raw_client.ts";
import { until } from "../../contract/transport/until.ts";

/** A server that was subscribed to. */
interface Open extends AsyncDisposable {
  readonly address: Address;
  readonly clients: WebSocketClient[];
  readonly subscription: Subscription;
}

async function open(
  options: Partial<WebSocketServerOptions> = {},
  onClient: (client: WebSocketClient) => void = () => {},
): Promise<Open> {
  const address = Promise.withResolvers<Address>();
  const closed = Promise.withResolvers<void>();
  const clients: WebSocketClient[] = [];
  const subscription = webSocketServer({
    port: 0,
    listening: address.resolve,
    closed: closed.resolve,
    ...options,
  }).subscribe({
    next(client) {
      clients.push(client);
      onClient(client);
    },
    error: address.reject,
  });
  return {
    address: await address.promise,
    clients,
    subscription,
    async [Symbol.asyncDispose]() {
      subscription.unsubscribe();
      await closed.promise;
    },
  };
}

Deno.test("a server emits clients, each with its messages, and sends each message as one of its own", async () => {
  await using server = await open({}, (client) =>
    client.messages.subscribe((message) => {
      client.send(`first ${message}`);
      client.send("");
      client.send("");
      client.send(`last ${message}`);
    }));
  const client = await PoliteClient.open(server.address);
  client.send("hello");
  await until("all are there", () => client.messages.length === 4);
  assertEquals(client.messages, ["first hello", "", "", "last hello"]);
  assertMatch(server.clients[0]!.session, /^[0-9a-f-]{36}$/);
  assertEquals(server.clients[0]!.user, undefined);
  await client.close();
});

Deno.test("a binary server takes and sends bytes, and speaks the subprotocol that was named", async () => {
  await using server = await open({ binary: true, subprotocol: "telemetry.v2" }, (client) => {
    client.messages.subscribe((message) => client.send(message));
  });
  const client = await PoliteClient.open(server.address, ["telemetry.v2"]);
  assertEquals(client.protocol, "telemetry.v2");
  client.send(new Uint8Array([0, 255, 7]));
  await until("it is there", () => client.messages.length === 1);
  assertEquals(client.messages, [new Uint8Array([0, 255, 7]).buffer]);
  client.send("text");
  await until("it is closed", () => client.closed !== undefined);
  assertEquals(client.closed?.code, 4500);
});

Deno.test("while deliveries are not done the device cannot send more, and done ones let it go on", async () => {
  const open$: Delivery<string | Uint8Array>[] = [];
  const values: string[] = [];
  await using server = await open({ inFlight: 4 }, (client) =>
    client.deliveries.subscribe((delivery) => {
      values.push(String(delivery.value));
      open$.push(delivery);
    }));
  using device = await RawClient.open(server.address);
  const total = 1200;
  let written = 0;
  const writing = (async () => {
    for (; written < total; written++) await device.send(1, `${written} `.padEnd(32 * 1024, "x"));
  })();
  await until("four are in flight", () => open$.length === 4);
  let [last, since] = [written, performance.now()];
  await until("the device can write no more", () => {
    if (written !== last) [last, since] = [written, performance.now()];
    return written === total || performance.now() - since > 300;
  });
  assertLess(written, total);
  assertEquals(open$.length, 4);
  open$[0]!.done();
  open$[0]!.done();
  open$[1]!.done();
  await until("the next ones are here", () => open$.length === 6);
  assertEquals(open$.length, 6);
  for (let at = 0; at < total; at++) {
    await until(`delivery ${at} is here`, () => open$.length > at);
    open$[at]!.done();
  }
  await writing;
  assert(values.every((value, at) => value.startsWith(`${at} `)));
});

Deno.test("nothing is read from a client before its messages are subscribed to, and nothing is lost", async () => {
  await using server = await open();
  const client = await PoliteClient.open(server.address);
  client.send("early");
  await until("it is known", () => server.clients.length === 1);
  const messages: unknown[] = [];
  server.clients[0]!.messages.subscribe((message) => messages.push(message));
  await until("it is read", () => messages.length === 1);
  assertEquals(messages, ["early"]);
  await client.close();
});

Deno.test("the authenticator says who a client is, and refuses; pages of other sites are refused", async () => {
  await using server = await open({
    authenticator: {
      admit: (handshake) =>
        of(
          handshake.header("device").length === 1
            ? { kind: "identified", identity: { user: handshake.header("device")[0] as UserId } }
            : { kind: "refused", status: 401, message: "no device" },
        ),
    },
    allowedOrigins: ["https://allowed.example"],
  });
  using _device = await RawClient.open(server.address, { headers: { device: "pump-7" } });
  await until("it is known", () => server.clients.length === 1);
  assertEquals(server.clients[0]!.user, "pump-7");
  assertMatch(await exchange(server.address, upgradeHead()), /^HTTP\/1\.1 401 /);
  const page = (origin: string) => ({ headers: { device: "pump-8", origin } });
  assertMatch(await exchange(server.address, upgradeHead(page("https://evil.example"))), /^HTTP\/1\.1 403 /);
  using _page = await RawClient.open(server.address, page("https://allowed.example"));
});

Deno.test("a client is closed with what was queued before, and completes", async () => {
  const events: string[] = [];
  await using server = await open({}, (client) => {
    client.messages.subscribe({ complete: () => events.push("complete") });
    client.send("last words");
    client.close(disconnect("forbidden", "not you"));
    client.send("too late");
  });
  const client = await PoliteClient.open(server.address);
  await until("it is closed", () => client.closed !== undefined && events.length === 1);
  assertEquals([client.messages, client.closed], [["last words"], { code: 4502, reason: "forbidden: not you" }]);
});

Deno.test("unsubscribing sends what is queued, closes every client with 4000, and frees the port", async () => {
  const server = await open({}, (client) => client.messages.subscribe());
  const client = await PoliteClient.open(server.address);
  await until("it is known", () => server.clients.length === 1);
  server.clients[0]!.send("queued");
  await server[Symbol.asyncDispose]();
  await until("it is closed", () => client.closed !== undefined);
  assertEquals([client.messages, client.closed], [["queued"], { code: 4000, reason: "draining" }]);
  await using again = await open({ port: server.address.port });
  assertEquals(again.address.port, server.address.port);
});

Deno.test("unsubscribing before it listens closes it as well", async () => {
  const closed = Promise.withResolvers<void>();
  let listened = false;
  webSocketServer({ port: 0, closed: closed.resolve, listening: () => listened = true }).subscribe().unsubscribe();
  await closed.promise;
  assertEquals(listened, false);
});

Deno.test("a port that is taken is an error with the way out; plain HTTP says what this is", async () => {
  await using server = await open();
  const { port } = server.address;
  const error = await new Promise((resolve) => webSocketServer({ port }).subscribe({ error: resolve }));
  assertMatch(String(error), /Cannot listen on 127\.0\.0\.1:\d+: the address is in use/);
  const plain = await fetch(`http://127.0.0.1:${port}/`);
  assertEquals([plain.status, await plain.text()], [426, "This is a WebSocket server\n"]);
});

Deno.test("a number in flight that is none is refused at once", () => {
  assertThrows(() => webSocketServer({ port: 0, inFlight: 0 }), RangeError, "Cannot keep 0 deliveries in flight");
});
