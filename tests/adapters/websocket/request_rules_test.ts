/** What the HTTP server lets nobody smuggle past those who stand before it, at the socket. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { asyncScheduler, of } from "rxjs";
import { hostRule } from "../../../adapters/auth/mod.ts";
import { openWsTransport, type WsTransportOptions } from "../../../adapters/websocket/mod.ts";
import { lineCodec } from "../../contract/transport/line_codec.ts";
import { exchange, upgradeHead } from "../../contract/transport/raw_client.ts";
import { PIPELINED_UPGRADE, SMUGGLED } from "../../contract/transport/smuggling.ts";

/** A transport, and the paths that its plain requests were for. */
async function opened(more: Partial<WsTransportOptions> = {}) {
  const paths: string[] = [];
  const counts: Record<string, number> = {};
  const transport = await openWsTransport({
    hostname: "127.0.0.1",
    port: 0,
    codecs: [lineCodec({ binary: false })],
    authenticator: { admit: () => of({ kind: "awaited" }), identify: () => of() },
    async fetch(request) {
      paths.push(new URL(request.url).pathname);
      return new Response(await request.text());
    },
    clock: { scheduler: asyncScheduler },
    random: { uuid: () => crypto.randomUUID(), fraction: Math.random },
    telemetry: { count: (name, amount = 1) => counts[name] = (counts[name] ?? 0) + amount, note: () => {} },
    ...more,
  });
  const subscription = transport.connections.subscribe(({ messages }) => messages.subscribe());
  return {
    paths,
    counts,
    address: transport.address,
    async [Symbol.asyncDispose]() {
      await transport.close();
      subscription.unsubscribe();
    },
  };
}

Deno.test("http: a request that two readers may take for different ones is refused, and nothing behind it is answered", async () => {
  await using server = await opened();
  for (const [what, bytes] of Object.entries(SMUGGLED)) {
    const answer = await exchange(server.address, bytes);
    assert(answer === "" || /^HTTP\/1\.1 (400|405|426|431) /.test(answer), `${what}: ${answer}`);
    assertEquals(answer.match(/HTTP\/1\.1 /g)?.length ?? 0, answer === "" ? 0 : 1, what);
    assertEquals(server.paths.filter((path) => path === "/hidden"), [], what);
  }
});

Deno.test("http: proper requests are answered, also one behind the other", async () => {
  await using server = await opened();
  const one = "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcde";
  const two = "POST /post HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  const last = "GET /get HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const answer = await exchange(server.address, one + two + last);
  assertEquals(answer.match(/HTTP\/1\.1 200 /g)?.length, 3);
  assertEquals(server.paths, ["/post", "/post", "/get"]);
});

Deno.test("http: what is sent behind an upgrade is read as frames, and never as a request", async () => {
  await using server = await opened();
  const answer = await exchange(server.address, PIPELINED_UPGRADE);
  assertMatch(answer, /^HTTP\/1\.1 101 /);
  assertEquals([answer.match(/HTTP\/1\.1 /g)?.length, server.paths], [1, []]);
});

Deno.test("http: requests for another host are answered 421, upgrades too, and for one of ours they are taken", async () => {
  await using server = await opened({
    isHostAllowed: hostRule({ thisMachineOnly: true, allowedHosts: ["Our.example"] }),
  });
  const get = (host: string) =>
    exchange(server.address, `GET /get HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  for (
    const host of [
      "evil.example",
      "evil.example:8080",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "a@localhost",
      "",
    ]
  ) {
    assertMatch(await get(host), /^HTTP\/1\.1 421 /, host);
    assertMatch(
      await exchange(server.address, upgradeHead({ headers: { host: host || " " } })),
      /^HTTP\/1\.1 421 /,
      host,
    );
  }
  assertEquals([server.paths, server.counts.requests_refused], [[], 6]);
  for (
    const host of [
      "localhost",
      "localhost:8080",
      "app.localhost",
      "127.0.0.1:1",
      "[::1]:8080",
      "our.example",
      "OUR.example:443",
    ]
  ) {
    assertMatch(await get(host), /^HTTP\/1\.1 200 /, host);
  }
});
