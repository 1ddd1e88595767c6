/** Who is told when someone joins or leaves. */
import type { Channel } from "./channel.ts";
import type { Membership } from "./channel_index.ts";
import type { Codec } from "./ports/codec.ts";
import type { Connection, Effect } from "./ports/transport.ts";
import type { PresenceChange } from "./roll.ts";
import { encodeOnce } from "./serialize.ts";

/** The connections that are told of a channel, by codec. */
export class PresenceWatchers {
  readonly #channels = new Map<Channel, Map<Codec, Set<Connection>>>();

  /** Whether anyone is told of a channel. */
  has(channel: Channel): boolean {
    return this.#channels.has(channel);
  }

  add({ channel, subscriber: { connection } }: Membership): void {
    const codecs = this.#channels.get(channel) ?? new Map<Codec, Set<Connection>>();
    this.#channels.set(channel, codecs);
    const connections = codecs.get(connection.codec);
    if (connections) connections.add(connection);
    else codecs.set(connection.codec, new Set([connection]));
  }

  /** Ignored for one that is not told. */
  remove({ channel, subscriber: { connection } }: Membership): void {
    const codecs = this.#channels.get(channel);
    const connections = codecs?.get(connection.codec);
    if (!codecs || !connections?.delete(connection) || connections.size > 0) return;
    codecs.delete(connection.codec);
    if (codecs.size === 0) this.#channels.delete(channel);
  }

  /** Tells the watchers of a change, encoded once a codec. */
  tell({ kind: type, channel, user }: PresenceChange): readonly Effect[] {
    const encode = encodeOnce({ type, channel, user });
    return Array.from(this.#channels.get(channel) ?? [], ([codec, connections]): Effect => {
      return { kind: "send", connections, frame: encode(codec) };
    });
  }
}
