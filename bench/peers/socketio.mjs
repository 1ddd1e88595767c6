/** Socket.IO and kafkajs, as their documentation would have a person put them together: a room a channel. */
import { createServer } from "node:http";
import { Server } from "socket.io";
import { kafka } from "./kafka.mjs";

const { run, publish } = await kafka();
const http = createServer();
const io = new Server(http);

io.on("connection", (socket) => {
  socket.on("subscribe", (channel, answer) => {
    socket.join(channel);
    answer({ subscribed: channel });
  });
  socket.on("publish", async (channel, value, answer) => {
    try {
      await publish({ key: channel, value });
      answer({});
    } catch (error) {
      answer({ error: error.message });
    }
  });
});

await run(({ key, value }) => io.to(key).emit("message", key, value));
http.listen(0, "127.0.0.1", () => console.log(`Listening on ${http.address().port}`));
