/** What a client does wrong, against a running gateway. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";

let shared: GatewayProcess | undefined;
Deno.test.beforeAll(async () => {
  shared = await startGateway({ config: '[auth]\nmode = "header"\n[log]\nkind = "memory"\n' });
});
Deno.test.afterAll(async () => {
  await shared?.[Symbol.asyncDispose]();
});

const user = crypto.randomUUID();

async function connected(): Promise<JsonClient> {
  const client = await JsonClient.open(shared!.url, { user });
  client.send({ connect: {} });
  await client.connected();
  return client;
}

Deno.test("a handshake without user_id, with a malformed one, or with two is refused with 400 and the reason", async () => {
  await assertRejects(() => JsonClient.open(shared!.url), Error, "HTTP 400");
  const malformed = await assertRejects(() => JsonClient.open(shared!.url, { user: "bob" }), Error);
  assertStringIncludes(malformed.message, "HTTP 400");
  assertStringIncludes(malformed.message, "bob");
  await assertRejects(() => JsonClient.open(shared!.url, { user: `${user}, ${user}` }), Error, "HTTP 400");
});

Deno.test("a page of another site is refused with 403, though its browser sends who the user is", async () => {
  for (const origin of ["https://evil.example", "null"]) {
    const refused = await assertRejects(() => JsonClient.open(shared!.url, { user, headers: { origin } }), Error);
    assertStringIncludes(refused.message, "HTTP 403");
    assertStringIncludes(refused.message, "auth.allowed_origins");
  }
  await using own = await JsonClient.open(shared!.url, { user, headers: { origin: shared!.http } });
  own.send({ connect: {} });
  await own.connected();
});

Deno.test("an unknown subprotocol is refused with 400, and the known ones are named", async () => {
  const open = () => JsonClient.open(shared!.url, { user, protocols: ["tidegate.v9.xml"] });
  assertStringIncludes((await assertRejects(open, Error, "HTTP 400")).message, "tidegate.v1.json");
});

Deno.test("of several subprotocols the first known one is taken", async () => {
  await using client = await JsonClient.open(shared!.url, { user, protocols: ["tidegate.v9.xml", "tidegate.v1.json"] });
  client.send({ id: 1, ping: {} });
  await client.connected();
});

Deno.test("an unknown frame is answered with unknown_frame, and the connection goes on", async () => {
  await using client = await connected();
  const answer = await client.request({ teleport: { channel: "chat:lobby" } });
  assertEquals([answer.error.code, answer.error.retry], ["unknown_frame", "none"]);
  assertEquals((await client.request({ ping: {} })).pong, {});
});

Deno.test("wrong field types are answered with bad_request, which names the field", async () => {
  await using client = await connected();
  const frames: [Record<string, unknown>, string][] = [
    [{ subscribe: { channel: 7 } }, "channel"],
    [{ subscribe: "chat:lobby" }, "subscribe"],
    [{ publish: { channel: "chat:lobby" } }, "payload"],
    [{ publish: { channel: "chat:lobby", payload: 1, messageId: 5 } }, "messageId"],
    [{ publish: { channel: "chat:lobby", payload: 1, headers: { "tidegate-sender": "x" } } }, "tidegate-sender"],
    [{ history: { channel: "chat:lobby", limit: "many" } }, "limit"],
  ];
  for (const [frame, field] of frames) {
    const { error } = await client.request(frame);
    assertEquals(error?.code, "bad_request", JSON.stringify(frame));
    assertStringIncludes(error.message, field);
  }
});

Deno.test("bad channels, unknown channels and channels of others are refused, each by its code", async () => {
  await using client = await connected();
  const codes: Record<string, string> = {
    "chat lobby": "bad_channel",
    "": "bad_channel",
    "chat:": "unknown_channel",
    "weather:paris": "unknown_channel",
    [`user:${crypto.randomUUID()}`]: "forbidden",
  };
  for (const [channel, code] of Object.entries(codes)) {
    assertEquals((await client.request({ subscribe: { channel } })).error?.code, code, channel);
  }
});

Deno.test("bad JSON closes with 4500, after what came before it was answered", async () => {
  await using client = await connected();
  client.sendRaw('{"id":1,"ping":{}}\n{"id":2,');
  await client.until(() => client.closed !== undefined);
  assertEquals(client.closed?.code, 4500);
  assertEquals(client.frames.find((frame) => frame.id === 1), { id: 1, pong: {} });
});

Deno.test("a binary message on a JSON connection closes with 4500", async () => {
  await using client = await connected();
  client.sendRaw(new Uint8Array([1, 2, 3]));
  await client.until(() => client.closed !== undefined);
  assertEquals(client.closed?.code, 4500);
});

Deno.test("a message over the size limit closes with 1009, and touches no other connection", async () => {
  await using bystander = await connected();
  await using client = await connected();
  client.sendRaw(JSON.stringify({ id: 1, publish: { channel: "chat:lobby", payload: "x".repeat(70_000) } }));
  await client.until(() => client.closed !== undefined);
  assertEquals(client.closed?.code, 1009);
  assertEquals((await bystander.request({ ping: {} })).pong, {});
});

Deno.test("one connection more than a user may have is closed with 4503", async () => {
  const many = await Promise.all(Array.from({ length: 32 }, async () => {
    const client = await JsonClient.open(shared!.url, { user: "00000000-0000-4000-8000-000000000001" });
    client.send({ connect: {} });
    await client.connected();
    return client;
  }));
  const late = await JsonClient.open(shared!.url, { user: "00000000-0000-4000-8000-000000000001" });
  late.send({ connect: {} });
  await late.until(() => late.closed !== undefined);
  assertEquals(late.closed?.code, 4503);
  await Promise.all(many.map((client) => client.close()));
});

Deno.test("plain HTTP is answered on the same port", async () => {
  const health = await fetch(`${shared!.http}/healthz`);
  assertEquals([health.status, (await health.json()).status], [200, "ok"]);
  const page = await fetch(shared!.http, { headers: { accept: "text/html" } });
  assertStringIncludes(await page.text(), "Tidegate");
  const nowhere = await fetch(`${shared!.http}/nowhere`);
  assertEquals(nowhere.status, 404);
  await nowhere.body?.cancel();
  const upgrade = await fetch(`${shared!.http}/ws`);
  assertEquals(upgrade.status, 426);
  await upgrade.body?.cancel();
});
