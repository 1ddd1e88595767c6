/** The client of a gateway, for browsers, Deno and Node. */
import { asyncScheduler, filter, map, type Observable } from "rxjs";
import type { PublishFrame } from "../domain/frame.ts";
import type { PresenceJson, PublishedJson } from "../schema/json/server_json.ts";
import type { ChannelEvent } from "./channel_event.ts";
import type { ReceivedFrame } from "./codec.ts";
import { Connection } from "./connection.ts";
import { ClientClosed } from "./errors.ts";
import { jsonClientCodec } from "./json_codec.ts";
import type { ClientOptions, ClientSettings, SocketLike } from "./options.ts";
import { type Publication, publicationOf } from "./publication.ts";
import { type Receiver, Requests } from "./requests.ts";
import type { ConnectionState } from "./state.ts";
import { Subscriptions } from "./subscriptions.ts";

/** A client of a gateway. It connects at once, and again whenever the connection is lost, until it is closed. */
export interface Client extends Disposable {
  /** What the connection is doing: emits at once, and completes after `closed`. Never errors. */
  readonly state: Observable<ConnectionState>;
  /**
   * The publications of a channel, in the log's order, each once, over re-connects as well. Subscribed to as long as somebody listens;
   * several listeners share one subscription. Errors with `RequestRefused` where the gateway refuses, or with `ClientClosed`.
   *
   * What the log does not have any more cannot come: {@linkcode events} tells when that happened.
   */
  channel(name: string, options?: ChannelOptions): Observable<Publication>;
  /** The publications of a channel, and between them what else happens: it is live (again), or the log lost something. */
  events(name: string, options?: ChannelOptions): Observable<ChannelEvent>;
  /** What happens on the channels that the gateway subscribes this user to by itself, such as `user:{user}`. */
  readonly own: Observable<ChannelEvent>;
  /**
   * Publishes, and resolves when the message is in the log. What was not answered when a connection is lost is sent again on the next
   * one, first and in order, with the same message id: it counts once.
   *
   * Rejects with `RequestRefused` where the gateway refuses, `NoAnswer` where no answer came in time, `ClientClosed`.
   *
   * @param payload anything that JSON can say, or a `Uint8Array` on a channel of bytes
   */
  publish(channel: string, payload: unknown, options?: PublishOptions): Promise<Published>;
  /** The newest publications of a channel, oldest first. Rejects as `publish` does. */
  history(channel: string, options?: HistoryOptions): Promise<HistoryPage>;
  /** Who subscribes to a channel. Rejects as `publish` does. */
  presence(channel: string): Promise<PresenceJson["users"]>;
  /** Ends the client: listeners complete, what has no answer is rejected with `ClientClosed`. A second call is ignored. */
  close(): void;
}

/** How a channel is subscribed to. */
export interface ChannelOptions {
  /** Everything after this cursor, or `earliest`: all that the log has. Default: from now on. */
  readonly since?: string;
}

/** How a message is published. */
export interface PublishOptions {
  /** The message's name, 1 to 64 of `A-Z a-z 0-9 _ . : ~ -`: sent again, it counts once. Made where absent. */
  readonly messageId?: string;
  /** What goes with the message, for programs: text by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The payload is a string that is JSON already, to be sent as it is. Default false. */
  readonly raw?: boolean;
}

/** A message that is in the log. */
export interface Published extends PublishedJson {
  /** The message's name. */
  readonly messageId: string;
}

/** How far a look back goes. */
export interface HistoryOptions {
  /** How many publications at most. Default 50, at most 1,000. */
  readonly limit?: number;
  /** Only what is before this cursor: that of a page, for the page before it. */
  readonly before?: string;
}

/** A page of a channel's past. */
export interface HistoryPage {
  /** In log order. */
  readonly publications: readonly Publication[];
  /** Whether there is more before these. */
  readonly more: boolean;
  /** What to give as `before` for the page before. */
  readonly cursor: string;
}

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
  let resume: string | undefined;

  const connection = new Connection(settings, {
    hello() {
      const { since, frames } = subscriptions.hello();
      return { connect: { type: "connect", since, ...(resume === undefined ? {} : { resume }) }, frames };
    },
    received,
    lost() {
      subscriptions.lost();
      publishes.lost();
      requests.lost();
    },
    ended(error) {
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
    async presence(channel) {
      const answer = await requests.ask({ type: "presence", id: undefined, channel });
      if ("presence" in answer) return answer.presence.users;
      throw new TypeError(`Cannot understand the answer to a presence: ${Object.keys(answer)}`);
    },
    close,
    [Symbol.dispose]: close,
  };

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
