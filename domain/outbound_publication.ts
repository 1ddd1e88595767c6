/** A publication, as the outbound pipeline of its route sees it. */
import type { Channel } from "./channel.ts";
import { type Content, headersOf, MessageView, payloadOf } from "./message_view.ts";
import type { Publication } from "./publication.ts";

/** What of a publication is the gateway's alone. */
interface Origin {
  readonly publication: Publication;
  /** The id of a session that is not to get it. */
  readonly except: string | undefined;
}

/**
 * A publication on its way to the subscribers of its channel. It never changes: {@linkcode OutboundPublication.with} makes another
 * one. Its channel, sender, time and place in the log are the gateway's, and stay. `Json` is what its payload is taken to be.
 */
export class OutboundPublication<Json = unknown> extends MessageView<Json> {
  readonly #origin: Origin;

  /**
   * Made by the gateway, and by tests.
   *
   * @param publication what the log's record is on its channel
   * @param changes another payload and other headers, and the id of a session that is not to get it
   */
  constructor(
    publication: Publication,
    changes: Partial<Pick<Publication, "payload" | "headers">> & { readonly except?: string } = {},
  ) {
    super({ ...publication, ...changes });
    this.#origin = { publication, except: changes.except };
  }

  /** The channel that it is on. */
  get channel(): Channel {
    return this.#origin.publication.channel;
  }

  /** Who sent it: the user that a gateway authenticated, or what a foreign producer said; absent where there is none. */
  get sender(): string | undefined {
    return this.#origin.publication.sender;
  }

  /** The sender's name for the message; absent where it has none. */
  get messageId(): string | undefined {
    return this.#origin.publication.messageId;
  }

  /** The record's timestamp, in milliseconds since 1970. */
  get time(): number {
    return this.#origin.publication.time;
  }

  /** On a sender's own copy of a direct message: the channel that it was sent to. */
  get to(): Channel | undefined {
    return this.#origin.publication.to;
  }

  /**
   * This publication with another payload, or other headers (all of them are replaced).
   *
   * @throws {TypeError} where a payload or a header cannot be one
   */
  with(changes: Content): OutboundPublication {
    const { publication, except } = this.#origin;
    const payload = payloadOf(changes);
    return new OutboundPublication(publication, {
      payload: payload === undefined ? this.payload : payload,
      headers: headersOf(changes) ?? this.headers,
      ...(except === undefined ? {} : { except }),
    });
  }

  /** The publication, as subscribers get it. */
  toPublication(): Publication {
    const { headers: _, ...publication } = this.#origin.publication;
    const { payload, headers } = this;
    return { ...publication, payload, ...(Object.keys(headers).length > 0 ? { headers } : {}) };
  }

  /** The id of the session that is not to get a publication. */
  static exceptOf(publication: OutboundPublication): string | undefined {
    return publication.#origin.except;
  }
}
