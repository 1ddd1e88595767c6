/**
 * The client of a Tidegate gateway, for browsers, Deno and Node: it comes back after every interruption, goes on where it was, and
 * sends again what was not answered.
 *
 * @module
 */
export type { ChannelEvent, PresenceChanged, Subscribed } from "./channel_event.ts";
export type { ChannelOptions, Client, HistoryOptions, HistoryPage, Published, PublishOptions } from "./client.ts";
export type { ClientCodec, ReceivedFrame } from "./codec.ts";
export { connect } from "./connect.ts";
export { ClientClosed, NoAnswer, RequestRefused } from "./errors.ts";
export { jsonClientCodec } from "./json_codec.ts";
export type { ClientOptions, SocketClose, SocketLike, TokenSource } from "./options.ts";
export type { Publication } from "./publication.ts";
export type { ConnectionState } from "./state.ts";
export type {
  Answer,
  ConnectedJson,
  ErrorJson,
  HistoryJson,
  PresenceChangeJson,
  PresenceJson,
  PublicationJson,
  PublishedJson,
  ServerJson,
  SubscriptionJson,
} from "../schema/json/server_json.ts";
