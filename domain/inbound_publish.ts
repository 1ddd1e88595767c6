/** A client's publish, as the inbound pipeline of its route sees it. */
import type { Channel, UserId } from "./channel.ts";
import { type Content, headersOf, MessageView, payloadOf } from "./message_view.ts";
import type { Payload } from "./publication.ts";

/** A message that a pipeline wants appended to the log. */
export interface Draft extends Content {
  /** A channel of any route of the gateway; absent: that of the publish. */
  readonly channel?: string;
}

/** What a publish is made of. */
export interface InboundFields {
  /** The channel that the user may publish to. */
  readonly channel: Channel;
  /** The value of the channel pattern's variable, which is the record key; `null` where it has none. */
  readonly key: string | null;
  /** Who publishes, as the gateway authenticated it. */
  readonly user: UserId;
  /** The id of the publishing session. */
  readonly session: string;
  /** The client's name for the message, or one that the gateway gave it. */
  readonly messageId: string;
  /** When the pipeline got it, in milliseconds since 1970. */
  readonly time: number;
  /** Of the route's kind. */
  readonly payload: Payload;
  /** The client's headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A publish that the gateway has authenticated and routed. It never changes: {@linkcode InboundPublish.with} makes another one.
 *
 * Emitted by a pipeline, it is appended to the log as it is. `Json` is what its payload is taken to be.
 */
export class InboundPublish<Json = unknown> extends MessageView<Json> {
  /** A channel name; that which the client named, until it is changed. */
  readonly channel: string;
  /** The value of the channel pattern's variable that the client named; `null` where the pattern has none. */
  readonly key: string | null;
  /** Who publishes, as the gateway authenticated it. */
  readonly user: UserId;
  /** The id of the publishing session. */
  readonly session: string;
  /** The client's name for the message, or one that the gateway gave it. */
  readonly messageId: string;
  /** When the pipeline got it, in milliseconds since 1970. */
  readonly time: number;

  /** Made by the gateway, and by tests of pipelines. */
  constructor(fields: Omit<InboundFields, "channel"> & { readonly channel: string }) {
    super(fields);
    this.channel = fields.channel;
    this.key = fields.key;
    this.user = fields.user;
    this.session = fields.session;
    this.messageId = fields.messageId;
    this.time = fields.time;
  }

  /**
   * This publish with another payload, other headers (all of them are replaced) or another channel. Who sent it stays.
   *
   * @throws {TypeError} where a payload or a header cannot be one
   */
  with(changes: Draft): InboundPublish {
    const payload = payloadOf(changes) ?? this.payload;
    return new InboundPublish({
      channel: changes.channel ?? this.channel,
      key: this.key,
      user: this.user,
      session: this.session,
      messageId: this.messageId,
      time: this.time,
      payload: payload!,
      headers: headersOf(changes) ?? this.headers,
    });
  }
}
