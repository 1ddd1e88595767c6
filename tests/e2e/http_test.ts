/** Plain HTTP against a running gateway: resume over its death, slow readers, drains. */
import { assert, assertEquals } from "@std/assert";
import { from, lastValueFrom, toArray } from "rxjs";
import { webhook } from "../../adapters/http/mod.ts";
import { until } from "../contract/transport/until.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";
import { EventClient, publishJson } from "./http_client.ts";
import { tidegate } from "./tidegate_command.ts";

const user = crypto.randomUUID();
const HEADER_MODE = '[auth]\nmode = "header"\n';

/** Publishes numbers one after another, each until it is taken, and says which are done. */
function publishNumbers(http: string, channel: string, numbers: readonly number[]) {
  const done: number[] = [];
  const deliveries = numbers.map((value) => ({ value, done: () => void done.push(value) }));
  const posted = lastValueFrom(
    from(deliveries).pipe(
      webhook(`${http}/publish?channel=${channel}`, {
        minRetryMs: 50,
        maxRetryMs: 500,
        idempotencyKey: (value) => `number-${value}`,
        request: (value) => ({
          body: String(value),
          headers: { "content-type": "application/json", user_id: user },
        }),
      }),
      toArray(),
    ),
  );
  return { done, posted };
}

Deno.test("a stream loses and doubles nothing over a gateway that is killed, drained and started again", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-http-" });
  try {
    const config = `${HEADER_MODE}[limits]\ndrain_seconds = 1\n`;
    let gateway = await startGateway({ folder, config });
    const { http } = gateway;
    const again = () => startGateway({ folder, config, env: { HTTP_PORT: new URL(http).port } });
    try {
      using client = new EventClient(`${http}/events?channel=chat:lobby`, { headers: { user_id: user } });
      await client.subscribed();
      const numbers = Array.from({ length: 600 }, (_, n) => n);
      const { done, posted } = publishNumbers(http, "chat:lobby", numbers);
      for (const [signal, count, streams] of [["SIGKILL", 200, 1], ["SIGTERM", 400, 2]] as const) {
        await until(`${count} are published`, () => done.length >= count);
        await client.subscribed(streams);
        gateway.kill(signal);
        assertEquals((await gateway.status).code, signal === "SIGTERM" ? 0 : 137);
        await gateway[Symbol.asyncDispose]();
        gateway = await again();
      }
      await posted;
      await client.got(numbers.length);
      await client.subscribed(3);
      assertEquals(client.payloads, numbers);
      assertEquals([done, client.failed], [numbers, undefined]);
      assert(client.named("subscribed").every(({ recovered }) => recovered));
      assertEquals(client.named("draining").length, 1);
      assert(client.named("disconnected").every(({ name }) => name === "draining"));
    } finally {
      await gateway[Symbol.asyncDispose]();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a reader that stops reading is hung up on, and changes nothing for the others", async () => {
  const config = `${HEADER_MODE}[log]\nkind = "memory"\n[limits]\nqueue_bytes = 65536\n`;
  await using gateway = await startGateway({ config });
  const { port } = new URL(gateway.http);
  using stalled = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const head = `GET /events?channel=chat:big HTTP/1.1\r\nHost: localhost\r\nuser_id: ${user}\r\n\r\n`;
  await stalled.write(new TextEncoder().encode(head));
  await stalled.read(new Uint8Array(100));
  using client = new EventClient(`${gateway.http}/events?channel=chat:big`, { headers: { user_id: user } });
  await client.subscribed();
  const pad = "x".repeat(60_000);
  const count = 300;
  for (let n = 0; n < count; n++) {
    await publishJson(gateway.http, "chat:big", { payload: { n, pad }, headers: { user_id: user } });
  }
  await client.got(count);
  assertEquals(client.payloads.map(({ n }) => n), Array.from({ length: count }, (_, n) => n));
  assertEquals(client.interruptions, []);
  let bytes = 0;
  const buffer = new Uint8Array(64 * 1024);
  // What its system had taken is still there to be read; then there is nothing more.
  for (let read = await readFrom(stalled, buffer); read !== null; read = await readFrom(stalled, buffer)) bytes += read;
  assert(bytes < count * pad.length, `it got all ${bytes} bytes`);
});

Deno.test("a drain answers publishes in flight, ends streams, and lets nobody else in", async () => {
  const config = `${HEADER_MODE}[log]\nkind = "memory"\n[limits]\ndrain_seconds = 3\n`;
  await using gateway = await startGateway({ config });
  const streams = Array.from(
    { length: 5 },
    () => new EventClient(`${gateway.http}/events?channel=chat:a`, { headers: { user_id: user }, minRetryMs: 60_000 }),
  );
  await Promise.all(streams.map((stream) => stream.subscribed()));
  const asked = publishJson(gateway.http, "chat:a", { payload: 1, headers: { user_id: user } });
  gateway.kill("SIGTERM");
  await until("all are told", () => streams.every((stream) => stream.named("draining").length === 1));
  const late = await publishJson(gateway.http, "chat:a", { payload: 2, headers: { user_id: user } });
  assertEquals([late.status, late.body.error.code, late.headers.get("retry-after")], [503, "draining", "1"]);
  assert([200, 503].includes((await asked).status));
  assertEquals((await gateway.status).code, 0);
  for (const stream of streams) {
    assertEquals(stream.named("disconnected").map(({ name }) => name), ["draining"]);
    stream[Symbol.dispose]();
  }
});

let shared: GatewayProcess | undefined;
Deno.test.beforeAll(async () => {
  shared = await startGateway({ config: '[log]\nkind = "memory"\n[limits]\nhandshake_seconds = 1\n' });
});
Deno.test.afterAll(async () => {
  await shared?.[Symbol.asyncDispose]();
});

/** What a gateway answers to bytes; reads until it closes the connection. */
async function rawAnswer(...pieces: readonly string[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(shared!.http).port) });
  for (const piece of pieces) await connection.write(new TextEncoder().encode(piece));
  const text = new TextDecoder();
  let answer = "";
  const buffer = new Uint8Array(16 * 1024);
  for (let read = await readFrom(connection, buffer); read !== null; read = await readFrom(connection, buffer)) {
    answer += text.decode(buffer.subarray(0, read), { stream: true });
  }
  return answer;
}

/** How many bytes came; `null` when there will be no more, however that was said. */
function readFrom(connection: Deno.Conn, buffer: Uint8Array): Promise<number | null> {
  return connection.read(buffer).catch(() => null);
}

const HEAD = "POST /publish?channel=chat:a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

Deno.test("a body that is too large, too slow, or cut off is answered, and the gateway goes on", async () => {
  const declared = await rawAnswer(`${HEAD}Content-Length: 70000\r\n\r\n1`);
  assert(declared.startsWith("HTTP/1.1 413 "), declared);
  const chunk = `4000\r\n${"1".repeat(0x4000)}\r\n`;
  const chunked = await rawAnswer(
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
    ...Array.from({ length: 5 }, () => chunk),
  );
  assert(chunked.startsWith("HTTP/1.1 413 "), chunked);
  const slow = await rawAnswer(`${HEAD}Content-Length: 10\r\n\r\n1`);
  assert(slow.startsWith("HTTP/1.1 408 "), slow);
  const { status } = await publishJson(shared!.http, "chat:a", { payload: 1 });
  assertEquals(status, 200);
});

Deno.test("an anonymous client that keeps its tidegate-resume sends a message twice and it is delivered once", async () => {
  using client = new EventClient(`${shared!.http}/events?channel=chat:once`);
  await client.subscribed();
  const headers = { "idempotency-key": "order-7" };
  const first = await publishJson(shared!.http, "chat:once", { payload: 1, headers });
  const resume = first.headers.get("tidegate-resume")!;
  const again = { ...headers, "tidegate-resume": resume };
  const second = await publishJson(shared!.http, "chat:once", { payload: 1, headers: again });
  await publishJson(shared!.http, "chat:once", { payload: 2, headers: { "tidegate-resume": resume } });
  await client.got(2);
  assertEquals(client.payloads, [1, 2]);
  assertEquals(second.body, { ...first.body, duplicate: true });
});

Deno.test("pages of this machine may publish and listen, others may not", async () => {
  const own = await publishJson(shared!.http, "chat:a", { payload: 1, headers: { origin: "http://localhost:5173" } });
  assertEquals([own.status, own.headers.get("access-control-allow-origin")], [200, "http://localhost:5173"]);
  const other = await publishJson(shared!.http, "chat:a", { payload: 1, headers: { origin: "https://evil.example" } });
  assertEquals([other.status, other.headers.get("access-control-allow-origin")], [403, null]);
  const preflight = await fetch(`${shared!.http}/publish?channel=chat:a`, {
    method: "OPTIONS",
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
  });
  assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [204, null]);
});

Deno.test("a bearer token says who publishes and listens; without one there is a 401; a stream ends with its token", async () => {
  const config = '[auth]\nmode = "jwt"\n[log]\nkind = "memory"\n';
  const env = { TIDEGATE_JWT_SECRET: "a secret for the tests of thirty-two bytes" };
  await using gateway = await startGateway({ config, env });
  const made = async (...args: readonly string[]) => {
    const { code, out, err } = await tidegate(["token", "--user", "alice", ...args], { config, env });
    assertEquals([code, err], [0, ""]);
    return { authorization: `Bearer ${out.trim()}` };
  };
  const long = await made("--subscribe", "chat:*", "--publish", "chat:lobby", "--for", "1h");
  const short = await made("--subscribe", "chat:*", "--for", "3s");
  using client = new EventClient(`${gateway.http}/events?channel=chat:lobby`, { headers: short });
  await client.subscribed();
  const sent = await publishJson(gateway.http, "chat:lobby", { payload: 1, headers: long });
  assertEquals(sent.status, 200);
  await client.got(1);
  assertEquals(client.named("publication")[0].sender, "alice");
  const other = await publishJson(gateway.http, "chat:other", { payload: 1, headers: long });
  assertEquals([other.status, other.body.error.code], [403, "forbidden"]);
  const nobody = await publishJson(gateway.http, "chat:lobby", { payload: 1 });
  assertEquals([nobody.status, nobody.body.error.code], [401, "unauthenticated"]);
  assert(nobody.headers.get("www-authenticate")?.startsWith("Bearer"));
  await until("the token has ended", () => client.named("disconnected").length > 0);
  assertEquals(client.named("disconnected")[0].name, "token_expired");
});
