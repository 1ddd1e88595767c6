/** Our codec beside capnp-es, the `capnp` tool and pycapnp: the same values in 10,000 random frames, in both directions. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Decoded } from "../../../domain/frame.ts";
import { capnpCodec } from "../../../schema/mod.ts";
import { encodeClientFrame } from "../../../schema/capnp/client.ts";
import { messageAt, sourceOf } from "../../../schema/capnp/framing.ts";
import { decodeServerFrames } from "../../../schema/capnp/decode_server_frames.ts";
import { clientFrame, serverFrame } from "../frames.ts";
import { type CapnpJson, clientJson, parseLines, serverJson } from "./capnp_json.ts";
import { capnpTool, pipeThrough, SCHEMA } from "./capnp_tool.ts";
import { installPycapnp, pythonTool, runPython } from "./pycapnp.ts";
import { readClient, readServer, rewriteServer } from "./reference.ts";

const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 0x7fffffff));
console.log(`Frames: SEED=${seed}`);

const clients = fc.sample(clientFrame, { seed, numRuns: 5_000 });
const servers = fc.sample(serverFrame, { seed, numRuns: 5_000 });
const clientBytes = clients.map(encodeClientFrame);
const serverBytes = servers.map((frame) => capnpCodec.encode(frame));

/** What of one value is in another too, so that a null text, which capnp-es reads as "", is absent in both. */
function within(value: unknown, shape: unknown): unknown {
  if (typeof shape !== "object" || shape === null || Array.isArray(shape)) return value;
  return Object.fromEntries(
    Object.entries(shape).map(([key, inner]) => {
      return [key, within((value as CapnpJson | undefined)?.[key], inner)];
    }),
  );
}

function assertClients(stream: Uint8Array): void {
  assertEquals([...decodeEach(stream)], clients.map((frame) => ({ kind: "frame", frame })));
}

/** More frames than one message may have. */
function* decodeEach(stream: Uint8Array): Generator<Decoded> {
  const source = sourceOf(stream);
  for (let at = 0; at < stream.length;) {
    const { next } = messageAt(source, at);
    yield* capnpCodec.decode(stream.slice(at, next));
    at = next;
  }
}

Deno.test("capnp: capnp-es reads what we write, and we read what it writes", () => {
  for (const [at, frame] of clients.entries()) {
    const expected = clientJson(frame);
    assertEquals(within(readClient(clientBytes[at]!), expected), expected);
  }
  assertClients(capnpCodec.join(clientBytes));
  for (const [at, frame] of servers.entries()) {
    const expected = serverJson(frame);
    assertEquals(within(readServer(serverBytes[at]!), expected), expected);
    assertEquals(decodeServerFrames(rewriteServer(serverBytes[at]!)), [frame]);
  }
});

const tool = await capnpTool();

function convert(
  direction: string,
  type: string,
  input: Uint8Array,
  ...options: readonly string[]
): Promise<Uint8Array> {
  return pipeThrough("capnp", { args: ["convert", "--quiet", ...options, direction, SCHEMA, type], input });
}

async function toJson(type: string, messages: readonly Uint8Array[]): Promise<CapnpJson[]> {
  const json = await convert("binary:json", type, capnpCodec.join(messages), "--short");
  return parseLines(new TextDecoder("utf-8", { ignoreBOM: true }).decode(json));
}

/** The tool takes one value a run: some of each frame are enough. */
const WRITTEN = 40;

/** Messages that the tool makes of values. */
async function fromJson(type: string, values: readonly CapnpJson[]): Promise<Uint8Array> {
  const messages: Uint8Array[] = [];
  for (const value of values) {
    messages.push(await convert("json:binary", type, new TextEncoder().encode(JSON.stringify(value))));
  }
  return capnpCodec.join(messages);
}

/** Messages of small segments, one word and one text in each at the least. */
function segmented(type: string, messages: readonly Uint8Array[], words: number): Promise<Uint8Array> {
  return convert("binary:binary", type, capnpCodec.join(messages), `--segment-size=${words}`);
}

Deno.test({
  name: "capnp: the capnp tool reads what we write, and we read what it writes, in one segment and in several",
  ignore: tool.ignore,
  fn: async () => {
    assertEquals(await toJson("ClientFrame", clientBytes), clients.map(clientJson));
    assertEquals(await toJson("ServerFrame", serverBytes), servers.map(serverJson));
    const [asked, told] = [clients.slice(0, WRITTEN), servers.slice(0, WRITTEN)];
    const written = capnpCodec.decode(await fromJson("ClientFrame", asked.map(clientJson)));
    assertEquals(written, asked.map((frame) => ({ kind: "frame", frame })));
    assertEquals(decodeServerFrames(await fromJson("ServerFrame", told.map(serverJson))), told);
    for (const words of [8, 32]) {
      assertClients(await segmented("ClientFrame", clientBytes, words));
      assertEquals(decodeServerFrames(await segmented("ServerFrame", serverBytes, words)), servers);
    }
  },
});

const python = await pythonTool();

const RELAY = `
import capnp, json
gateway = capnp.load(sys.argv[1])
frame = getattr(gateway, sys.argv[2])
out = sys.stdout.buffer
for message in frame.read_multiple_bytes(sys.stdin.buffer.read()):
    value = message.to_dict()
    if sys.argv[3] == "json":
        out.write(json.dumps(value, default=list).encode() + b"\\n")
    else:
        out.write(frame.new_message(**value).to_bytes())
`;

function relay(type: string, messages: readonly Uint8Array[], as: "json" | "binary"): Promise<Uint8Array> {
  return runPython(RELAY, { args: [SCHEMA, type, as], input: capnpCodec.join(messages) });
}

Deno.test({
  name: "capnp: pycapnp reads what we write, and we read what it writes, in one segment and in several",
  ignore: python.ignore,
  fn: async () => {
    await installPycapnp();
    const json = async (type: string, messages: readonly Uint8Array[]) =>
      parseLines(new TextDecoder().decode(await relay(type, messages, "json")));
    const clientValues = await json("ClientFrame", clientBytes);
    assertEquals(clients.map((frame, at) => within(clientValues[at], clientJson(frame))), clients.map(clientJson));
    const serverValues = await json("ServerFrame", serverBytes);
    assertEquals(servers.map((frame, at) => within(serverValues[at], serverJson(frame))), servers.map(serverJson));
    assertClients(await relay("ClientFrame", clientBytes, "binary"));
    assertEquals(decodeServerFrames(await relay("ServerFrame", serverBytes, "binary")), servers);

    // Over 8 KiB pycapnp writes several segments.
    const large = Array.from({ length: 9 }, (_, at) =>
      encodeClientFrame({
        type: "publish",
        id: at + 1,
        channel: "chat:large",
        messageId: "m".repeat(64),
        payload: { kind: "text", text: "é".repeat(3_000 + at) },
        headers: Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`h${n}`, "v".repeat(500)])),
      }));
    const several = await relay("ClientFrame", large, "binary");
    assert(new DataView(several.buffer, several.byteOffset).getUint32(0, true) > 0, "one segment");
    assertEquals(capnpCodec.decode(several), capnpCodec.decode(capnpCodec.join(large)));
  },
});
