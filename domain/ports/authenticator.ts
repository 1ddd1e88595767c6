import type { Observable } from "rxjs";
import type { UserId } from "../channel.ts";
import type { Disconnect } from "../disconnect.ts";
import type { ConnectFrame } from "../frame.ts";

/** What is known of a client before its WebSocket is accepted. */
export interface Handshake {
  /** Every value that the request has for a header, in order; the name in lower case. Empty where it has none. */
  header(name: string): readonly string[];
  /** The peer's IP address. */
  readonly remoteAddress: string;
}

/** Who is connected. */
export interface Identity {
  readonly user: UserId;
  /** Restores this identity later (`connected.resume`); absent where the client can prove it again by itself. */
  readonly resume?: string;
}

/** The answer to a handshake. */
export type Admission =
  /** Known already. */
  | { readonly kind: "identified"; readonly identity: Identity }
  /** To be known by its first frame. */
  | { readonly kind: "awaited" }
  /** Refused with a plain HTTP answer. */
  | { readonly kind: "refused"; readonly status: 400 | 401 | 403; readonly message: string };

/** Says who a client is. */
export interface Authenticator {
  /** Judges a handshake: emits once and completes; never errors. */
  admit(handshake: Handshake): Observable<Admission>;
  /**
   * Judges the first frame of a connection whose admission was `awaited`; `undefined` where the client sent another
   * frame first, or none. Emits once and completes; never errors.
   */
  identify(connect: ConnectFrame | undefined): Observable<Identity | Disconnect>;
}
