/** ws and kafkajs, as their documentation would have a person put them together: a set of sockets a channel, and a loop that sends. */
import { createServer } from "node:http";
import { WebSocket, WebSocketServer } from "ws";
import { kafka } from "./kafka.mjs";

const { run, publish } = await kafka();
const http = createServer();
const server = new WebSocketServer({ server: http });
/** @type {Map<string, Set<WebSocket>>} */
const channels = new Map();

server.on("connection", (socket) => {
  const own = new Set();
  socket.on("error", console.error);
  socket.on("close", () => own.forEach((channel) => channels.get(channel).delete(socket)));
  socket.on("message", async (data) => {
    const { type, id, channel, value } = JSON.parse(data.toString());
    if (type === "hello") socket.send(JSON.stringify({ type }));
    if (type === "subscribe") {
      if (!channels.has(channel)) channels.set(channel, new Set());
      channels.get(channel).add(socket);
      own.add(channel);
      socket.send(JSON.stringify({ type: "subscribed", channel }));
    }
    if (type === "publish") {
      try {
        await publish({ key: channel, value });
        socket.send(JSON.stringify({ type: "published", id }));
      } catch (error) {
        socket.send(JSON.stringify({ type: "error", message: error.message }));
      }
    }
  });
});

// Sockets that are gone without a word are found by pings, as the documentation of ws says.
const alive = new WeakSet();
server.on("connection", (socket) => {
  alive.add(socket);
  socket.on("pong", () => alive.add(socket));
});
setInterval(() => {
  for (const socket of server.clients) {
    if (!alive.has(socket)) socket.terminate();
    alive.delete(socket);
    socket.ping();
  }
}, 30_000);

await run(({ key, value }) => {
  const message = JSON.stringify({ channel: key, value });
  for (const socket of channels.get(key) ?? []) {
    if (socket.readyState === WebSocket.OPEN) socket.send(message);
  }
});
http.listen(0, "127.0.0.1", () => console.log(`Listening on ${http.address().port}`));
