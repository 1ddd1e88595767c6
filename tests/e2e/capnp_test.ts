/** Clients that speak Cap'n Proto, beside those that speak JSON, against a running gateway. */
import { assert, assertEquals } from "@std/assert";
import type { Payload } from "../../domain/publication.ts";
import { serverFrameJson } from "../../schema/json/server_frame_json.ts";
import { CapnpClient } from "./capnp_client.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { tidegate } from "./tidegate_command.ts";

const CONFIG = `
[auth]
mode = "header"
[log]
kind = "memory"
[[routes]]
channel = "chat:{room}"
topic = "chat"
[[routes]]
channel = "note:{room}"
topic = "notes"
payload = "text"
[[routes]]
channel = "blob:{room}"
topic = "blobs"
payload = "bytes"
[[routes]]
channel = "envelope:{room}"
topic = "envelopes"
value = "capnp"
`;

let shared: GatewayProcess | undefined;
Deno.test.beforeAll(async () => {
  shared = await startGateway({ config: CONFIG });
});
Deno.test.afterAll(async () => {
  await shared?.[Symbol.asyncDispose]();
});

const user = crypto.randomUUID();

async function connectedCapnp(): Promise<CapnpClient> {
  const client = await CapnpClient.open(shared!.url, user);
  client.send({ type: "connect" });
  await client.first("connected");
  return client;
}

async function connectedJson(): Promise<JsonClient> {
  const client = await JsonClient.open(shared!.url, { user });
  client.send({ connect: {} });
  await client.connected();
  return client;
}

Deno.test("JSON and Cap'n Proto clients on one channel see equal values, whoever published", async () => {
  await using capnp = await connectedCapnp();
  await using json = await connectedJson();
  const room = crypto.randomUUID();
  const channels = ["chat", "note", "blob", "envelope"].map((kind) => `${kind}:${room}`);
  for (const [at, channel] of channels.entries()) {
    capnp.send({ type: "subscribe", id: at + 1, channel });
    assertEquals((await capnp.first("subscribed", (frame) => frame.id === at + 1)).recovered, true);
    assert((await json.request({ subscribe: { channel } })).subscribed);
  }
  const [chat, note, blob, envelope] = channels as [string, string, string, string];
  const payloads: [string, Payload][] = [
    [chat, { kind: "json", text: '{"big":18446744073709551615,"price":1.10}' }],
    [chat, { kind: "text", text: '\ufeffa "text" as JSON' }],
    [note, { kind: "text", text: "\ufeffé\n😀" }],
    [blob, { kind: "bytes", bytes: new Uint8Array([0, 1, 255]) }],
    [blob, { kind: "bytes", bytes: new Uint8Array(60_000).fill(5) }],
    [envelope, { kind: "json", text: '{"big":18446744073709551615}' }],
  ];
  for (const [at, [channel, payload]] of payloads.entries()) {
    const id = 100 + at;
    capnp.send({ type: "publish", id, channel, messageId: `m${at}`, payload, headers: { at: String(at) } });
    await capnp.first("published", (frame) => frame.id === id);
  }
  assert(
    (await json.request({ publish: { channel: chat, payload: { from: "json" }, headers: { h: "é" } } })).published,
  );
  assert((await json.request({ publish: { channel: blob, payload64: "AAH/" } })).published);
  assert((await json.request({ publish: { channel: envelope, payload: ["é"], headers: { h: "é" } } })).published);

  const due = payloads.length + 3;
  const publications = () => capnp.frames.filter((frame) => frame.type === "publication");
  await capnp.until(() => publications().length === due);
  await json.until(() =>
    channels.every((channel) => (json.publications.get(channel)?.length ?? 0) >= 1) &&
    channels.reduce((sum, channel) => sum + (json.publications.get(channel)?.length ?? 0), 0) === due
  );
  for (const channel of channels) {
    const ofCapnp = publications().filter(({ publication }) => publication.channel === channel);
    const ofJson = json.publications.get(channel)!;
    assertEquals(ofCapnp.map((frame) => JSON.parse(serverFrameJson(frame)).publication), ofJson);
  }

  capnp.send({ type: "history", id: 200, channel: blob });
  const page = await capnp.first("history");
  const { history } = await json.request({ history: { channel: blob } });
  assertEquals(JSON.parse(serverFrameJson(page)).history, history);
});

Deno.test("requests in one binary message are all answered, each by its id", async () => {
  await using client = await connectedCapnp();
  client.send(
    { type: "ping", id: 1 },
    { type: "subscribe", id: 2, channel: "no channel" },
    { type: "subscribe", id: 3, channel: "weather:paris" },
    { type: "publish", id: 4, channel: "note:a", payload: { kind: "json", text: "{}" } },
    { type: "publish", id: 5, channel: "note:a", payload: { kind: "json", text: "{" } },
    {
      type: "publish",
      id: 6,
      channel: "note:a",
      payload: { kind: "text", text: "" },
      headers: { "content-type": "x" },
    },
    { type: "presence", id: 7, channel: "note:a" },
  );
  await client.first("presence");
  const codes = client.frames.filter((frame) => frame.type === "error").map(({ id, failure }) => [id, failure.code]);
  assertEquals(codes.toSorted(([one], [other]) => one as number - (other as number)), [
    [2, "bad_channel"],
    [3, "unknown_channel"],
    [4, "bad_payload"],
    [5, "bad_request"],
    [6, "bad_request"],
  ]);
  assertEquals((await client.first("pong")).id, 1);
});

Deno.test("hostile bytes close only the offender's socket, with 4500, after what came before was answered", async () => {
  await using bystander = await connectedCapnp();
  const bombs: (string | Uint8Array)[] = [
    new Uint8Array([0xcc, 0x58, 0x52, 0xa9]),
    new Uint8Array([0xff, 0xff, 0xff, 0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    new Uint8Array(16),
    crypto.getRandomValues(new Uint8Array(60_000)),
    '{"id":1,"ping":{}}',
  ];
  for (const bomb of bombs) {
    await using client = await connectedCapnp();
    client.send({ type: "ping", id: 9 });
    client.sendRaw(bomb);
    await client.until(() => client.closed !== undefined);
    assertEquals(client.closed?.code, 4500);
    assertEquals((await client.first("pong")).id, 9);
  }
  bystander.send({ type: "ping", id: 1 });
  await bystander.first("pong");
  assertEquals(bystander.closed, undefined);
});

Deno.test("pub and sub print the same, whichever protocol they speak", async () => {
  const channel = `chat:${crypto.randomUUID()}`;
  const options = ["--url", shared!.url, "--user", user];
  const printed: string[] = [];
  const offsets: number[] = [];
  for (const protocol of ["json", "capnp"]) {
    const ran = await tidegate(["pub", channel, '{"big":12345678901234567890}', ...options, "--protocol", protocol]);
    assertEquals(ran.code, 0, ran.err);
    // Other channels may be in the same partition: only that the second follows the first is sure.
    offsets.push(Number(JSON.parse(ran.out).position.offset));
    const refused = await tidegate(["pub", "weather:paris", "1", ...options, "--protocol", protocol]);
    assertEquals(refused.code, 1);
    printed.push(refused.err);
  }
  assertEquals(printed[0], printed[1]);
  assertEquals(offsets[1], offsets[0]! + 1);
  const read = (protocol: string) =>
    tidegate(["sub", channel, "--since", "earliest", "--count", "2", ...options, "--protocol", protocol]);
  const [json, capnp] = [await read("json"), await read("capnp")];
  assertEquals([json.code, capnp.code], [0, 0], capnp.err);
  assertEquals(json.out, capnp.out);
  assertEquals(json.out.match(/12345678901234567890/g)?.length, 2);
});
