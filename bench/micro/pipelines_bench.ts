/** The gateway's pipelines without sockets and a broker: what a record, a publish and a connection cost in between. */
import { capnpCodec, jsonCodec } from "../../schema/mod.ts";
import { foreignRecord, publishedRecord } from "./records.ts";
import { rig } from "./rig.ts";

const BATCH = 100;

/** What the others are compared with: a batch of records parsed and written as JSON, and nothing else. */
const TEXT = JSON.stringify({ channel: "chat:lobby", time: 1_700_000_000_000, payload: "x".repeat(198) });

Deno.bench({ name: "JSON alone: 100 messages", group: "records", baseline: true }, () => {
  for (let at = 0; at < BATCH; at++) JSON.stringify(JSON.parse(TEXT));
});

const nobody = rig({ clients: 1, channelOf: () => "chat:elsewhere" });
const oneEach = rig({ clients: BATCH, channelOf: (client) => `chat:${client}` });
const crowd = rig({ clients: 500, channelOf: () => "chat:lobby" });
const mixed = rig({
  clients: 500,
  channelOf: () => "chat:lobby",
  codecOf: (client) => client % 2 === 0 ? jsonCodec : capnpCodec,
});
const inLobby = Array.from({ length: BATCH }, (_, at) => foreignRecord("lobby", at));
const inRooms = Array.from({ length: BATCH }, (_, at) => foreignRecord(`${at}`, at));
let message = 0;

Deno.bench("100 records that nobody wants", { group: "records" }, () => nobody.read(inLobby));
Deno.bench("100 records, one subscriber each", { group: "records" }, () => oneEach.read(inRooms));
Deno.bench("100 records, 500 subscribers each", { group: "records" }, () => crowd.read(inLobby));
Deno.bench("100 records, 500 subscribers each, of two codecs", { group: "records" }, () => mixed.read(inLobby));
Deno.bench("100 published records, one subscriber each", { group: "records" }, () => {
  oneEach.read(Array.from({ length: BATCH }, (_, at) => publishedRecord(`${at}`, message++)));
});

const talkers = rig({ clients: 200 });
const publish = (id: number) => `{"id":${id},"publish":{"channel":"chat:lobby","payload":"${"x".repeat(198)}"}}`;
const publishes = Array.from({ length: BATCH }, (_, at) => publish(at + 1));
const inOne = publishes.join("\n");

Deno.bench({ name: "JSON alone: 100 messages", group: "publishes", baseline: true }, () => {
  for (let at = 0; at < BATCH; at++) JSON.stringify(JSON.parse(TEXT));
});
Deno.bench("100 pings, a message each", { group: "publishes" }, () => {
  for (let at = 0; at < BATCH; at++) talkers.say(at, '{"id":1,"ping":{}}');
});
Deno.bench("100 publishes, a message each", { group: "publishes" }, () => {
  for (let at = 0; at < BATCH; at++) talkers.say(at, publishes[at]!);
});
Deno.bench("100 publishes in one message", { group: "publishes" }, () => talkers.say(0, inOne));
