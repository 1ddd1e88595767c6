/** Clients of the peers in `bench/peers/`. */
import type { Dialect, Said } from "./dialect.ts";

/** Socket.IO's protocol (version 5, in Engine.IO's version 4), over a WebSocket from the start, as servers with many clients use it. */
export const socketIoDialect: Dialect = {
  opening: () => Promise.resolve({ path: "/socket.io/?EIO=4&transport=websocket" }),
  hello: ["40"],
  subscribe: (channel, { id }) => `42${id}${JSON.stringify(["subscribe", channel])}`,
  publish: ({ id, channel, value }) => `42${id}${JSON.stringify(["publish", channel, value])}`,
  read: (message) => readSocketIo(String(message)),
};

/** What `peers/ws.mjs` speaks: a JSON object a message. */
export const wsDialect: Dialect = {
  opening: () => Promise.resolve({ path: "/" }),
  hello: ['{"type":"hello"}'],
  subscribe: (channel) => JSON.stringify({ type: "subscribe", channel }),
  publish: ({ id, channel, value }) => JSON.stringify({ type: "publish", id, channel, value }),
  read: (message) => readWs(String(message)),
};

const ACKNOWLEDGED = /^43(\d+)(\[.*\])$/;

function readSocketIo(message: string): Said[] {
  if (message === "2") return [{ kind: "asked", answer: "3" }];
  if (message.startsWith("40")) return [{ kind: "greeted" }];
  if (message.startsWith("44") || message.startsWith("1")) return [{ kind: "refused", why: message }];
  const acknowledged = ACKNOWLEDGED.exec(message);
  if (!acknowledged) return [];
  const [answer] = JSON.parse(acknowledged[2]!);
  if (answer?.error) return [{ kind: "refused", why: String(answer.error) }];
  if (answer?.subscribed) return [{ kind: "subscribed", channel: answer.subscribed }];
  return [{ kind: "published", id: Number(acknowledged[1]) }];
}

function readWs(message: string): Said[] {
  const said = JSON.parse(message);
  switch (said.type) {
    case "hello":
      return [{ kind: "greeted" }];
    case "subscribed":
      return [{ kind: "subscribed", channel: said.channel }];
    case "published":
      return [{ kind: "published", id: said.id }];
    case "error":
      return [{ kind: "refused", why: String(said.message) }];
    default:
      return [];
  }
}
