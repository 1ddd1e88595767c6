import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { asyncScheduler, of } from "rxjs";
import { openWsTransport } from "../../../adapters/websocket/open_ws_transport.ts";
import type { WsTransportOptions } from "../../../adapters/websocket/ws_options.ts";
import { lineCodec } from "../../contract/transport/line_codec.ts";
import { exchange, upgradeHead } from "../../contract/transport/raw_client.ts";

const options = (port: number, hostname = "127.0.0.1"): WsTransportOptions => ({
  hostname,
  port,
  codecs: [lineCodec({ binary: false })],
  authenticator: { admit: () => of({ kind: "awaited" }), identify: () => of() },
  fetch: () => new Response("plain"),
  clock: { scheduler: asyncScheduler },
  random: { uuid: () => crypto.randomUUID(), fraction: Math.random },
  telemetry: { count: () => {}, note: () => {} },
});

Deno.test("a port in use is named, with the way out", async () => {
  const transport = await openWsTransport(options(0));
  const { port } = transport.address;
  const error = await assertRejects(() => openWsTransport(options(port)), Error);
  assertEquals(
    error.message,
    `Cannot listen on 127.0.0.1:${port}: the address is in use; ` +
      "end the process that uses it, or choose another port (0 takes a free one)",
  );
  await transport.close();
});

Deno.test("an address that is not of this machine is named", async () => {
  const error = await assertRejects(() => openWsTransport(options(0, "192.0.2.1")), Error);
  assertMatch(error.message, /^Cannot listen on 192\.0\.2\.1:0: this machine has no such address; /);
});

Deno.test("WebSockets get 503 before anyone is subscribed to the connections", async () => {
  const transport = await openWsTransport(options(0));
  const answer = await exchange(transport.address, upgradeHead());
  assert(answer.startsWith("HTTP/1.1 503 ") && answer.includes("this node is not ready yet"), answer);
  await transport.close();
  await transport.close();
});

Deno.test("closing gives a plain request that is under way its answer", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const transport = await openWsTransport({
    ...options(0),
    fetch: () => {
      asked.resolve();
      return answer.promise;
    },
  });
  const response = fetch(`http://127.0.0.1:${transport.address.port}/`);
  await asked.promise;
  const closed = transport.close();
  answer.resolve(new Response("late"));
  assertEquals(await (await response).text(), "late");
  await closed;
});
