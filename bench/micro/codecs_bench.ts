/** The codecs alone: what a publication costs to write and a publish to read, in each. */
import type { Codec } from "../../domain/ports/codec.ts";
import type { Publication } from "../../domain/publication.ts";
import type { Channel } from "../../domain/channel.ts";
import { encodeClientFrame } from "../../schema/capnp/client.ts";
import { capnpCodec, jsonCodec } from "../../schema/mod.ts";

const TEXT = JSON.stringify("x".repeat(198));
const PUBLICATION: Publication = {
  channel: "chat:lobby" as Channel,
  cursor: "1.4.2.1842.0.1tkg45b",
  time: 1_700_000_000_000,
  payload: { kind: "json", text: TEXT },
};
const PUBLISH = { type: "publish", id: 7, channel: "chat:lobby", payload: { kind: "json", text: TEXT } } as const;
const JSON_PUBLISH = `{"id":7,"publish":{"channel":"chat:lobby","payload":${TEXT}}}`;
const CAPNP_PUBLISH = encodeClientFrame(PUBLISH);
const SAME = JSON.parse(JSON_PUBLISH);

/** What was made last, so that the making of it is not left out. */
export let kept: unknown;

Deno.bench({ name: "JSON.stringify alone", group: "write a publication", baseline: true }, () => {
  kept = JSON.stringify(SAME);
});
Deno.bench({ name: "JSON.parse alone", group: "read a publish", baseline: true }, () => {
  kept = JSON.parse(JSON_PUBLISH);
});
Deno.bench({ name: "a copy alone", group: "join 20 frames", baseline: true }, () => {
  kept = new Uint8Array(20 * 300);
});

for (const [codec, publish] of [[jsonCodec, JSON_PUBLISH], [capnpCodec, CAPNP_PUBLISH]] as const) {
  bench(codec, publish);
}

function bench(codec: Codec, publish: string | Uint8Array): void {
  const { name } = codec;
  Deno.bench(name, { group: "write a publication" }, () => {
    kept = codec.encode({ type: "publication", publication: PUBLICATION });
  });
  Deno.bench(name, { group: "read a publish" }, () => {
    kept = codec.decode(publish);
  });
  const frames = Array.from({ length: 20 }, () => codec.encode({ type: "publication", publication: PUBLICATION }));
  Deno.bench(name, { group: "join 20 frames" }, () => {
    kept = codec.join(frames);
  });
}
