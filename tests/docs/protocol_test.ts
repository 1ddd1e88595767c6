import { assert, assertEquals } from "@std/assert";
import type { Channel } from "../../domain/channel.ts";
import { DISCONNECTS } from "../../domain/disconnect.ts";
import { failure, FAILURES } from "../../domain/failure.ts";
import type { ClientFrame, ServerFrame } from "../../domain/frame.ts";
import { jsonCodec } from "../../schema/json/json_codec.ts";
import { readDocument, section } from "./document.ts";

const document = readDocument("docs/protocol.md");
const chat = "chat:lobby" as Channel;
const cursor = "...";

function frames(heading: string): string[] {
  return section(document, heading).filter((line) => line.startsWith("{"));
}

/** Each client frame once; a new one does not compile until it is here, and does not pass until it is documented. */
const clientFrames: Readonly<Record<ClientFrame["type"], true>> = {
  connect: true,
  subscribe: true,
  unsubscribe: true,
  publish: true,
  history: true,
  presence: true,
  ping: true,
  refresh: true,
};

Deno.test("docs: every client frame is shown, with fields that the codec reads", () => {
  const shown = frames("## Frames from the client").map((line) => {
    const plain = line.replaceAll("<uuid>", "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    const [decoded] = jsonCodec.decode(plain);
    assert(decoded?.kind === "frame", `${line}: ${JSON.stringify(decoded)}`);
    const written = JSON.parse(plain)[decoded.frame.type] as Record<string, unknown>;
    assertEquals(Object.keys(written).filter((field) => !Object.hasOwn(decoded.frame, field)), [], line);
    return decoded.frame.type;
  });
  assertEquals(shown.sort(), Object.keys(clientFrames).sort() as typeof shown);
});

/** The server frames of the documentation, as the gateway has them. */
const serverFrames: { readonly [type in ServerFrame["type"]]: Extract<ServerFrame, { type: type }> } = {
  connected: {
    type: "connected",
    session: "<uuid>",
    user: "...",
    node: "...",
    resume: "...",
    pingSeconds: 20,
    maxFrameBytes: 65536,
    subscriptions: [{ channel: "user:<me>", cursor, recovered: true }],
  },
  subscribed: { type: "subscribed", id: 1, channel: chat, cursor, recovered: true },
  unsubscribed: { type: "unsubscribed", id: 2, channel: chat },
  publication: {
    type: "publication",
    publication: {
      channel: chat,
      cursor,
      sender: "...",
      messageId: "...",
      time: 1763830000000,
      payload: { kind: "json", text: '{"any":"json"}' },
      headers: { k: "v" },
    },
  },
  published: { type: "published", id: 3, channel: chat, partition: 2, offset: 1842, duplicate: false },
  history: { type: "history", id: 4, channel: chat, publications: [], more: true, cursor },
  presence: { type: "presence", id: 5, channel: chat, users: [{ user: "...", sessions: 2 }] },
  pong: { type: "pong", id: 6 },
  error: { type: "error", id: 3, failure: failure("forbidden", "...") },
  gap: { type: "gap", channel: chat, cursor, reason: "expired" },
  draining: { type: "draining", reconnectAfterMs: 1500 },
  skipped: { type: "skipped", channel: chat, count: 12, cursor },
  joined: { type: "joined", channel: chat, user: "..." },
  left: { type: "left", channel: chat, user: "..." },
  refreshed: { type: "refreshed", id: 7, expiresAt: 1763830000000 },
};

Deno.test("docs: every server frame is shown to the letter", () => {
  const encoded = Object.values(serverFrames).map((frame) => new TextDecoder().decode(jsonCodec.encode(frame)));
  assertEquals(frames("## Frames from the server").sort(), encoded.sort());
});

Deno.test("docs: every error code is listed, with its retry", () => {
  const rows = section(document, "## Errors").filter((line) => line.startsWith("| `")).map((line) => line.split("|"));
  const listed = rows.flatMap(([, codes, retry]) =>
    [...codes!.matchAll(/`(\w+)`/g)].map(([, code]) => [code!, retry!.trim()])
  );
  const known = Object.entries(FAILURES).map(([code, { retry }]) => [code, retry]);
  assertEquals(listed.sort(), known.sort());
});

Deno.test("docs: every close code is listed with its name", () => {
  const text = section(document, "## Close codes").join("\n");
  const listed = [...text.matchAll(/\| (\d{4}) \| `(\w+)`/g)].map(([, code, name]) => [name!, Number(code)]);
  const known = Object.entries(DISCONNECTS).map(([name, { code }]) => [name, code]).filter(([name]) =>
    name !== "normal"
  );
  assertEquals(listed.sort(), known.sort() as typeof listed);
});
