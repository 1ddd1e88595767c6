/** How the clients of a server talk: what they send, and what the few messages mean that are no deliveries. */
import type { Opening } from "./handshake.ts";

/** What a message of a server means. */
export type Said =
  /** Requests may be sent now. */
  | { readonly kind: "greeted" }
  | { readonly kind: "subscribed"; readonly channel: string; readonly cursor?: string }
  | { readonly kind: "published"; readonly id: number }
  /** The server asks whether the client is there. */
  | { readonly kind: "asked"; readonly answer: string }
  | { readonly kind: "refused"; readonly why: string };

/** A request to publish. */
export interface PublishRequest {
  /** 1 and up; the answer names it. */
  readonly id: number;
  readonly channel: string;
  /** JSON. */
  readonly value: string;
}

/** A server's protocol, as one of its clients speaks it. */
export interface Dialect {
  /** How a client connects. */
  opening(client: number): Promise<Opening>;
  /** What a client says first. */
  readonly hello: readonly (string | Uint8Array)[];
  /** Asks for what comes in a channel, from now or from behind a cursor. `id` is the client's own number of the request. */
  subscribe(channel: string, options: { readonly id: number; readonly since?: string }): string | Uint8Array;
  publish(request: PublishRequest): string;
  /** What a message means that holds no delivery. */
  read(message: string | Uint8Array): readonly Said[];
}
