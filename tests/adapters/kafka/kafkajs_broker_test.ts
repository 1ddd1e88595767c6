/** What `kafkajs_broker.ts` relies on in kafkajs, beyond its public API. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { ISocketFactoryArgs } from "kafkajs";
import kafkajs from "kafkajs/package.json" with { type: "json" };
import { kafkaClient, parseAddress } from "../../../adapters/kafka/client.ts";
import { kafkajsBroker } from "../../../adapters/kafka/kafkajs_broker.ts";
import { LinkError, openLink } from "../../../adapters/kafka/link.ts";
import type { KafkaConnection } from "../../../adapters/kafka/options.ts";
import { METADATA, metadata } from "../../../adapters/kafka/wire/metadata.ts";
import { type Answer, fakeBroker } from "./fake_broker.ts";
import { optionsFor, until } from "./reading_case.ts";

const deadlines = { connectMs: 2_000, requestMs: 2_000 };

function clientOf(address: string, more: Partial<KafkaConnection> = {}) {
  const options = { ...optionsFor([address], ["chat"]), ...more };
  return kafkaClient(options, { deadlines, telemetry: options.telemetry });
}

/** A broker that answers Metadata, version 7. */
function metadataBroker(answer: Answer = nothing) {
  return fakeBroker({ [METADATA.key]: { version: 7, answer } });
}

const nothing: Answer = (to) => void to.int32(0).array([], () => {}).string("").int32(-1).array([], () => {});

Deno.test("kafkajs is the version whose insides are used", () => {
  assertEquals(kafkajs.version, "2.2.4");
});

Deno.test("a connection asks in its own words, and rests while it has nothing to do", async () => {
  await using fake = metadataBroker();
  const ended = Promise.withResolvers<void>();
  let timers = 0;
  const broker = await kafkajsBroker(clientOf(fake.address), parseAddress(fake.address));
  const versions = await broker.connect();
  broker.onEnd(ended.resolve);
  assertEquals(versions[METADATA.key], { minVersion: 7, maxVersion: 7 });

  const real = globalThis.setTimeout;
  globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => (timers++, real(...args))) as typeof setTimeout;
  try {
    const answer = await broker.send(metadata(7, ["chat"]));
    assertEquals(answer, { brokers: [], controller: -1, topics: [] });
    await new Promise((resolve) => real(resolve, 50));
  } finally {
    globalThis.setTimeout = real;
  }
  assertEquals(timers, 0);
  broker.destroy(new Error("enough"));
  await ended.promise;
});

Deno.test("a question fails when it is not answered in time, and the connection with it", async () => {
  let sockets = 0;
  await using fake = metadataBroker(() => {
    throw new Error("no answer");
  });
  // A fake that throws hangs up; one behind this socket is never heard.
  const socketFactory = ({ host, port, onConnect }: ISocketFactoryArgs): Socket => {
    sockets++;
    const socket = connect({ host, port }, onConnect);
    const write = socket.write.bind(socket);
    let writes = 0;
    socket.write = ((...args: Parameters<typeof write>) => ++writes > 1 || write(...args)) as typeof socket.write;
    return socket;
  };
  const { signal } = new AbortController();
  const link = await openLink(clientOf(fake.address, { socketFactory }), parseAddress(fake.address), {
    deadlineMs: 2_000,
    signal,
  });
  const message = `Cannot ask for Metadata at ${fake.address}: no answer within 100 ms`;
  await assertRejects(() => link.ask(METADATA, (version) => metadata(version, []), 100), LinkError, message);
  assert(link.closed);
  await assertRejects(() => link.ask(METADATA, (version) => metadata(version, []), 100), LinkError);
  assertEquals(sockets, 1);
});

Deno.test("what was asked fails at once when the broker hangs up", async () => {
  await using fake = metadataBroker(() => {
    throw new Error("hang up");
  });
  const { signal } = new AbortController();
  const link = await openLink(clientOf(fake.address), parseAddress(fake.address), { deadlineMs: 2_000, signal });
  const started = performance.now();
  await assertRejects(() => link.ask(METADATA, (version) => metadata(version, []), 60_000), LinkError);
  assert(performance.now() - started < 5_000);
  await until(() => link.closed, "the link to know that it has ended");
});

Deno.test("connecting to a broker that says nothing fails at the deadline, and leaves nothing open", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const address = `127.0.0.1:${listener.addr.port}`;
  const { signal } = new AbortController();
  const opening = openLink(clientOf(address), parseAddress(address), { deadlineMs: 100, signal });
  await assertRejects(() => opening, LinkError, `Cannot connect at ${address}: no answer within 100 ms`);
  const connection = await accepted;
  // Read to the end: the client's socket is gone.
  while (await connection.read(new Uint8Array(1_000)).catch(() => null) !== null);
  connection.close();
  listener.close();
});

Deno.test("an abort ends a connection in every stage of its making", async () => {
  await using fake = metadataBroker();
  for (let turns = 0; turns < 12; turns++) {
    const ending = new AbortController();
    const opening = openLink(clientOf(fake.address), parseAddress(fake.address), {
      deadlineMs: 2_000,
      signal: ending.signal,
    });
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    ending.abort();
    assertInstanceOf(await opening.catch((error) => error), LinkError);
  }
});

Deno.test("TLS options and the socket factory reach every socket", async () => {
  const seen: ISocketFactoryArgs[] = [];
  const socketFactory = (args: ISocketFactoryArgs): Socket => {
    seen.push(args);
    throw new Error("no socket today");
  };
  const ssl = { ca: ["authority"], cert: "certificate", key: "private" };
  const attempt = async (more: Partial<KafkaConnection>) => {
    const { signal } = new AbortController();
    const client = clientOf("kafka.example:9093", { ...more, socketFactory });
    await assertRejects(
      () => openLink(client, { host: "kafka.example", port: 9093 }, { deadlineMs: 2_000, signal }),
      LinkError,
      "no socket today",
    );
    return seen.pop()!;
  };
  const { host, port, ssl: given } = await attempt({ ssl });
  assertEquals({ host, port }, { host: "kafka.example", port: 9093 });
  assertEquals(given, { ...ssl, rejectUnauthorized: true });
  assertEquals((await attempt({ ssl: { ...ssl, rejectUnauthorized: false } })).ssl.rejectUnauthorized, false);
  assertEquals((await attempt({ ssl: true })).ssl as unknown, true);
  assertEquals((await attempt({})).ssl ?? undefined, undefined);
});
