/** The client of a gateway, for browsers, Deno and Node. */
import type { Observable } from "rxjs";
import type { PresenceJson, PublishedJson } from "../schema/json/server_json.ts";
import type { ChannelEvent } from "./channel_event.ts";
import type { Publication } from "./publication.ts";
import type { ConnectionState } from "./state.ts";

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
  /**
   * The users of a channel whose route announces presence: all of them, and all of them again whenever one joins or leaves, over re-connects as
   * well. Subscribes to the channel as {@linkcode events} does. Errors as `events` does, and with `RequestRefused` where this user may not see them.
   */
  members(name: string): Observable<readonly string[]>;
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
  /** Who subscribes to a channel now, and by how many connections: {@linkcode members} follows it. Rejects as `publish` does. */
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
