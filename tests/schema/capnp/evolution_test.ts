/** Clients and gateways of different versions: bytes that were written once, and are read as they were ever after. */
import { assertEquals } from "@std/assert";
import type { Channel } from "../../../domain/channel.ts";
import type { ServerFrame } from "../../../domain/frame.ts";
import { decodeServerFrames } from "../../../schema/capnp/decode_server_frames.ts";
import { capnpCodec } from "../../../schema/mod.ts";
import { parseLines } from "./capnp_json.ts";
import { capnpTool, pipeThrough } from "./capnp_tool.ts";

const FIXTURES = decodeURIComponent(new URL("../../fixtures/capnp/", import.meta.url).pathname);
const read = (name: string) => Deno.readFile(`${FIXTURES}${name}`);
const chat = "chat:a" as Channel;

Deno.test("capnp: an old client's frames, whose structs are shorter, are carried out", async () => {
  assertEquals(capnpCodec.decode(await read("old_client.bin")), [
    { kind: "frame", frame: { type: "publish", id: 1, channel: chat, payload: { kind: "json", text: '{"n":1}' } } },
    { kind: "frame", frame: { type: "publish", id: 2, channel: chat, payload: { kind: "text", text: "é" } } },
    { kind: "frame", frame: { type: "subscribe", id: 3, channel: chat } },
  ]);
});

Deno.test("capnp: of a newer client's frames the known ones are carried out, the others answered by their ids", async () => {
  const decoded = capnpCodec.decode(await read("next_client.bin"));
  const payload = { kind: "json", text: "1" } as const;
  const headers = Object.assign(Object.create(null), { k: "v" });
  assertEquals(decoded.map((one) => one.kind === "refused" ? [one.id, one.failure.code] : one), [
    { kind: "frame", frame: { type: "publish", id: 1, channel: chat, messageId: "m1", payload, headers } },
    [2, "bad_request"],
    { kind: "frame", frame: { type: "refresh", id: 3, token: "t" } },
    { kind: "frame", frame: { type: "subscribe", id: 4, channel: chat, since: "earliest" } },
    { kind: "frame", frame: { type: "ping", id: 5 } },
    [6, "unknown_frame"],
  ]);
});

Deno.test("capnp: a client of this version reads a newer gateway's frames, and leaves out those that it does not know", async () => {
  assertEquals(decodeServerFrames(await read("next_server.bin")), [
    {
      type: "publication",
      publication: { channel: chat, cursor: "1.1.0.0.0.1", time: 5, payload: { kind: "json", text: "1" }, sender: "s" },
    },
    { type: "published", id: 9, channel: chat, partition: 2, offset: 7, duplicate: true },
    { type: "pong", id: 10 },
    { type: "refreshed", id: 11, expiresAt: 5 },
  ]);
});

/** What version 0.1 told a client. */
const told: readonly ServerFrame[] = [
  {
    type: "publication",
    publication: {
      channel: chat,
      cursor: "1.6.2.1842.0.abc",
      sender: "alice",
      messageId: "m1",
      time: 1_763_830_000_000,
      payload: { kind: "json", text: '{"n":9007199254740993}' },
      headers: { k: "é" },
      to: "user:bob" as Channel,
    },
  },
  { type: "published", id: 7, channel: chat, partition: 2, offset: 9_007_199_254_740_991, duplicate: true },
  { type: "subscribed", id: 1, channel: chat, cursor: "1.6.2.-1.0.0", recovered: false, reason: "expired" },
  { type: "unsubscribed", id: 2, channel: chat },
  { type: "presence", id: 3, channel: chat, users: [{ user: "alice", sessions: 2 }, { user: "bob", sessions: 1 }] },
  { type: "error", id: 4, failure: { code: "unavailable", message: "No", retry: "wait", retryAfterMs: 1000 } },
  { type: "gap", channel: chat, cursor: "1.6.2.5.0.1", reason: "expired" },
  { type: "draining", reconnectAfterMs: 1500 },
  { type: "pong", id: 5 },
];

Deno.test("capnp: what version 0.1 wrote is read, and written, byte for byte", async () => {
  const bytes = await read("v0_1_server.bin");
  assertEquals(decodeServerFrames(bytes), told);
  assertEquals(capnpCodec.join(told.map((frame) => capnpCodec.encode(frame))), bytes);
});

const { ignore } = await capnpTool();

for (const schema of ["old", "next"]) {
  Deno.test({
    name: `capnp: a client with the ${schema} schema reads what the gateway writes`,
    ignore,
    fn: async () => {
      const args = ["convert", "--quiet", "--short", "binary:json", `${FIXTURES}${schema}.capnp`, "ServerFrame"];
      const json = await pipeThrough("capnp", {
        args,
        input: capnpCodec.join(told.map((one) => capnpCodec.encode(one))),
      });
      const frames = parseLines(new TextDecoder().decode(json));
      assertEquals(frames.length, told.length);
      const { publication } = frames[0] as { publication: Record<string, unknown> };
      assertEquals([publication.channel, publication.time, publication.payload], [
        chat,
        1_763_830_000_000,
        { json: '{"n":9007199254740993}' },
      ]);
      const { published } = frames[1] as { published: Record<string, unknown> };
      assertEquals([frames[1]!.id, published.channel, published.partition], [7, chat, 2]);
    },
  });
}
