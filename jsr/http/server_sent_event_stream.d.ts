/** A message of a stream of server-sent events. */
export interface ServerSentEventMessage {
  /** Ignored by the client. */
  comment?: string;
  /** The kind of event; the client takes it as `message` where there is none. */
  event?: string;
  /** The data; a line end in it begins a new line of the field. */
  data?: string;
  /** What the client sends back as `Last-Event-ID`. */
  id?: string | number;
  /** When the client is to connect again after the end, in milliseconds. */
  retry?: number;
}

/**
 * Messages to the bytes of a stream of server-sent events.
 *
 * @see the standard library's `@std/http/server-sent-event-stream`
 */
export class ServerSentEventStream extends TransformStream<ServerSentEventMessage, Uint8Array> {
  constructor();
}
