/** A process of its own for tests: an echo on the ws transport. Prints its port, and ends with its standard input. */
import { asyncScheduler, of } from "rxjs";
import { openWsTransport } from "../../../adapters/websocket/open_ws_transport.ts";
import { line, lineCodec } from "../../contract/transport/line_codec.ts";

const transport = await openWsTransport({
  hostname: "127.0.0.1",
  port: 0,
  codecs: [lineCodec({ binary: false })],
  authenticator: { admit: () => of({ kind: "awaited" }), identify: () => of() },
  fetch: () => new Response("plain"),
  clock: { scheduler: asyncScheduler },
  random: { uuid: () => crypto.randomUUID(), fraction: Math.random },
  telemetry: { count: () => {}, note: () => {} },
});
transport.connections.subscribe((connection) =>
  connection.messages.subscribe((message) =>
    transport.perform([{ kind: "send", connections: [connection], frame: line(String(message)) }])
  )
);
console.log(transport.address.port);
for await (const _ of Deno.stdin.readable);
await transport.close();
