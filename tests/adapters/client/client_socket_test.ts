import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";
import { clientSocket, ConnectionEnded } from "../../../adapters/client/client_socket.ts";

const CONNECTED = JSON.stringify({
  connected: { session: "s", user: "u", node: "n", pingSeconds: 0.1, maxFrameBytes: 65536 },
});

/** Runs a client against a server that does as it is told, until the client's end or `done`. */
async function run(serve: (socket: WebSocket, done: () => void) => void): Promise<unknown> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const done = Promise.withResolvers<unknown>();
  server.on("connection", (socket) => serve(socket, () => done.resolve(undefined)));
  const subscription = clientSocket({ url: `ws://127.0.0.1:${port}` }).subscribe({ error: done.resolve });
  const end = await done.promise;
  subscription.unsubscribe();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
  return end;
}

Deno.test("a gateway that falls silent is given up for another try", async () => {
  const end = await run((socket) => socket.send(CONNECTED));
  assertInstanceOf(end, ConnectionEnded);
  assert(end.retry);
  assertStringIncludes(end.message, "has said nothing for 0.25 s");
});

Deno.test("a gateway that pings and says nothing else is not given up", async () => {
  let pongs = 0;
  const end = await run((socket, done) => {
    socket.send(CONNECTED);
    socket.on("pong", () => ++pongs < 12 ? setTimeout(() => socket.ping(), 50) : done());
    socket.ping();
  });
  assertEquals([end, pongs], [undefined, 12]);
});
