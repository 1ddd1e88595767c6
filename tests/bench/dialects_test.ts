import { assertEquals } from "@std/assert";
import { socketIoDialect, wsDialect } from "../../bench/load/peer_dialects.ts";
import { dialectsOf } from "../../bench/load/speech.ts";
import { tidegateDialect } from "../../bench/load/tidegate_dialect.ts";
import { capnpCodec } from "../../schema/capnp/capnp_codec.ts";

const secret = "s".repeat(32);
const json = tidegateDialect({ secret, codec: "json" });
const publication = '{"publication":{"channel":"bench:c1","cursor":"x","payload":{}}}';

Deno.test("bench dialects: Tidegate's answers are read, several in a message, and publications passed over", () => {
  const lines = [
    '{"connected":{"session":"s"}}',
    '{"id":1,"subscribed":{"channel":"bench:c1","cursor":"1.2"}}',
    publication,
    '{"id":7,"published":{"channel":"bench:c1","position":{"partition":0,"offset":"1"},"duplicate":false}}',
    '{"id":8,"error":{"code":"forbidden","message":"no","retry":"none","retryAfterMs":0}}',
  ];
  assertEquals(json.read(lines.join("\n")), [
    { kind: "greeted" },
    { kind: "subscribed", channel: "c1", cursor: "1.2" },
    { kind: "published", id: 7 },
    { kind: "refused", why: "forbidden: no" },
  ]);
});

Deno.test("bench dialects: a token allows the benchmark's channels, and comes with the handshake", async () => {
  const { headers, subprotocol } = await json.opening(3);
  const [, claims] = headers!.Authorization!.split(".");
  const { sub, tidegate } = JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(claims!, { alphabet: "base64url" })),
  );
  assertEquals({ sub, tidegate }, { sub: "client-3", tidegate: { subscribe: ["bench:*"], publish: ["bench:*"] } });
  assertEquals(subprotocol, "tidegate.v1.json");
});

Deno.test("bench dialects: a client goes on behind its cursor, in both encodings", () => {
  const request = { id: 1, since: "1.2" };
  assertEquals(json.subscribe("c1", request), '{"id":1,"subscribe":{"channel":"bench:c1","since":"1.2"}}');
  const capnp = tidegateDialect({ secret, codec: "capnp" });
  const [decoded] = capnpCodec.decode(capnp.subscribe("c1", request));
  assertEquals(decoded, { kind: "frame", frame: { type: "subscribe", id: 1, channel: "bench:c1", since: "1.2" } });
});

Deno.test("bench dialects: where clients are mixed, every other one speaks Cap'n Proto", async () => {
  const dialectOf = dialectsOf({ kind: "tidegate", secret, mixed: true });
  const protocols = await Promise.all(
    [0, 1, 2, 3].map(async (client) => (await dialectOf(client).opening(client)).subprotocol),
  );
  assertEquals(protocols, ["json", "capnp", "json", "capnp"].map((codec) => `tidegate.v1.${codec}`));
});

Deno.test("bench dialects: Socket.IO's packets are read", () => {
  const read = (packet: string) => socketIoDialect.read(packet);
  assertEquals(read('0{"sid":"x","upgrades":[],"pingInterval":25000}'), []);
  assertEquals(read('40{"sid":"y"}'), [{ kind: "greeted" }]);
  assertEquals(read("2"), [{ kind: "asked", answer: "3" }]);
  assertEquals(read('431[{"subscribed":"c1"}]'), [{ kind: "subscribed", channel: "c1" }]);
  assertEquals(read("4312[{}]"), [{ kind: "published", id: 12 }]);
  assertEquals(read('4312[{"error":"away"}]'), [{ kind: "refused", why: "away" }]);
  assertEquals(read('42["message","c1","x"]'), []);
  assertEquals(read('44{"message":"no"}'), [{ kind: "refused", why: '44{"message":"no"}' }]);
});

Deno.test("bench dialects: what the server on ws says is read", () => {
  const read = (message: unknown) => wsDialect.read(JSON.stringify(message));
  assertEquals(read({ type: "hello" }), [{ kind: "greeted" }]);
  assertEquals(read({ type: "subscribed", channel: "c1" }), [{ kind: "subscribed", channel: "c1" }]);
  assertEquals(read({ type: "published", id: 3 }), [{ kind: "published", id: 3 }]);
  assertEquals(read({ type: "error", message: "away" }), [{ kind: "refused", why: "away" }]);
  assertEquals(read({ channel: "c1", value: "x" }), []);
});
