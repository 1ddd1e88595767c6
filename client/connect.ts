/** Makes clients. */
import { asyncScheduler, filter, map, type Observable } from "rxjs";
import type { PublishFrame } from "../domain/frame.ts";
import type { PresenceJson } from "../schema/json/server_json.ts";
import type { ChannelEvent } from "./channel_event.ts";
import type { ChannelOptions, Client } from "./client.ts";
import type { ReceivedFrame } from "./codec.ts";
import { Connection } from "./connection.ts";
import { ClientClosed } from "./errors.ts";
import { jsonClientCodec } from "./json_codec.ts";
import { membersOf } from "./members.ts";
import type { ClientOptions, ClientSettings, SocketLike } from "./options.ts";
import { type Publication, publicationOf } from "./publication.ts";
import { type Receiver, Requests } from "./requests.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TokenRefresh } from "./token_refresh.ts";

/** How many requests other than publishes may wait for their answers. */
const REQUESTS = 1_000;

/**
 * Connects to a gateway.
 *
 * @param url where its WebSocket is, such as `wss://gateway.example.com/ws`
 * @example
 * ```ts ignore
 * import { connect } from "@tidegate/tidegate/client";
 *
 * const client = connect("ws://127.0.0.1:8080/ws");
 * client.channel("chat:lobby").subscribe(({ sender, payload }) => console.log(sender, payload));
 * await client.publish("chat:lobby", { text: "hello" });
 * ```
 */
export function connect(url: string, options: ClientOptions = {}): Client {
  const settings = settingsOf(url, options);
  let lastId = 0;
  const nextId = () => lastId = lastId % 0xffff_ffff + 1;
  const subscriptions = new Subscriptions(settings, nextId);
  const publishes = new Requests({ ...settings, most: settings.maxUnanswered }, nextId);
  const requests = new Requests({ ...settings, most: REQUESTS }, nextId);
  const tokens = new TokenRefresh(settings, (token) => requests.ask({ type: "refresh", id: undefined, token }));
  let resume: string | undefined;

  const connection = new Connection(settings, {
    hello() {
      const { since, frames } = subscriptions.hello();
      return { connect: { type: "connect", since, ...(resume === undefined ? {} : { resume }) }, frames };
    },
    received,
    lost() {
      tokens.stop();
      subscriptions.lost();
      publishes.lost();
      requests.lost();
    },
    ended(error) {
      tokens.stop();
      const gentle = error.code === CLOSED_BY_PROGRAM;
      subscriptions.end(gentle ? undefined : error);
      publishes.end(error);
      requests.end(error);
    },
  });
  connection.open();

  function received({ frame, source }: ReceivedFrame): void {
    if ("connected" in frame) {
      const { connected } = frame;
      resume = connected.resume;
      connection.connected(connected);
      const receiver = receiverOf(connected.maxFrameBytes);
      subscriptions.connected(connected.subscriptions, receiver.send);
      publishes.connected(receiver);
      requests.connected(receiver);
      tokens.goesBy(connection.token);
    } else if ("draining" in frame) connection.draining(frame.draining.reconnectAfterMs);
    else if (subscriptions.take(frame, source)) return;
    else if (publishes.take(frame)) return;
    else requests.take(frame);
  }

  function receiverOf(maxFrameBytes: number): Receiver {
    return {
      send: (frames) => connection.link?.send(frames),
      refuse(frame) {
        const bytes = bytesOf(settings.codec.encode([frame]), maxFrameBytes);
        return bytes <= maxFrameBytes
          ? undefined
          : `Cannot send a ${frame.type} of ${bytes} bytes: the gateway takes at most ${maxFrameBytes}`;
      },
    };
  }

  function events(name: string, { since }: ChannelOptions = {}): Observable<ChannelEvent> {
    return subscriptions.listen(name, since);
  }

  return {
    state: connection.state.asObservable(),
    own: subscriptions.own,
    events,
    channel: (name, channelOptions) => events(name, channelOptions).pipe(publicationsOnly()),
    async publish(channel, payload, { messageId = settings.uuid(), headers, raw = false } = {}) {
      const frame = {
        type: "publish",
        id: undefined,
        channel,
        messageId,
        payload: payloadOf(payload, raw),
        ...(headers ? { headers } : {}),
      } as const;
      const answer = await publishes.ask(frame);
      if ("published" in answer) return { ...answer.published, messageId };
      throw new TypeError(`Cannot understand the answer to a publish: ${Object.keys(answer)}`);
    },
    async history(channel, { limit, before } = {}) {
      const look = { ...(limit === undefined ? {} : { limit }), ...(before === undefined ? {} : { before }) };
      const answer = await requests.ask({ type: "history", id: undefined, channel, ...look });
      if (!("history" in answer)) {
        throw new TypeError(`Cannot understand the answer to a history: ${Object.keys(answer)}`);
      }
      const { publications, more, cursor } = answer.history;
      return { publications: publications.map((json) => publicationOf(json, JSON.stringify(json))), more, cursor };
    },
    presence,
    members: (name) =>
      membersOf({
        events$: events(name),
        isLive: () => subscriptions.isLive(name),
        ask: () => presence(name),
      }),
    close,
    [Symbol.dispose]: close,
  };

  async function presence(channel: string): Promise<PresenceJson["users"]> {
    const answer = await requests.ask({ type: "presence", id: undefined, channel });
    if ("presence" in answer) return answer.presence.users;
    throw new TypeError(`Cannot understand the answer to a presence: ${Object.keys(answer)}`);
  }

  function close(): void {
    connection.end(new ClientClosed("The client was closed", { code: CLOSED_BY_PROGRAM }));
  }
}

/** The close code of a client whose program has ended it. */
const CLOSED_BY_PROGRAM = 1000;

function settingsOf(url: string, options: ClientOptions): ClientSettings {
  return {
    url,
    since: {},
    codec: jsonClientCodec,
    retry: { minMs: 500, maxMs: 20_000 },
    connectMs: 20_000,
    answerMs: 60_000,
    maxUnanswered: 10_000,
    webSocket: (address, protocols) => new WebSocket(address, protocols) as SocketLike,
    scheduler: asyncScheduler,
    random: Math.random,
    uuid: () => crypto.randomUUID(),
    ...options,
  };
}

function publicationsOnly(): (events: Observable<ChannelEvent>) => Observable<Publication> {
  return (events$) =>
    events$.pipe(
      filter((event) => event.kind === "publication"),
      map(({ publication }) => publication),
    );
}

function payloadOf(payload: unknown, raw: boolean): PublishFrame["payload"] {
  if (payload instanceof Uint8Array) return { kind: "bytes", bytes: payload };
  const text = raw ? payload : JSON.stringify(payload);
  if (typeof text === "string") return { kind: "json", text };
  throw new TypeError(
    `Cannot publish a payload of type ${typeof payload}: expected what JSON can say, or a Uint8Array`,
  );
}

/** The bytes of a message; counted only where it may have more than `limit`. */
function bytesOf(message: string | Uint8Array, limit: number): number {
  if (typeof message !== "string") return message.length;
  return message.length * 3 <= limit ? message.length : new TextEncoder().encode(message).length;
}
