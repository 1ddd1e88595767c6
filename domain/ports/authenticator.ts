import type { Observable } from "rxjs";
import type { UserId } from "../channel.ts";
import type { Disconnect } from "../disconnect.ts";
import type { Failure } from "../failure.ts";
import type { ConnectFrame } from "../frame.ts";
import type { Grants } from "../grants.ts";

/** What is known of a client before its WebSocket is accepted. */
export interface Handshake {
  /** Every value that the request has for a header, in order; the name in lower case. Empty where it has none. */
  header(name: string): readonly string[];
  /** The peer's IP address. */
  readonly remoteAddress: string;
}

/** Who is connected. */
export interface Identity {
  /** The name that a publication of theirs says as its sender. */
  readonly user: UserId;
  /** Restores this identity later (`connected.resume`); absent where the client can prove it again by itself. */
  readonly resume?: string;
  /** What a token allows besides what routes do. Absent: there is no token, and routes that say nothing allow everything. */
  readonly grants?: Grants;
  /** The id of the token (`jti`), by which it can be denied. */
  readonly token?: string;
  /** When the identity ends, in milliseconds since 1970; the connection ends then. Absent: never. */
  readonly expiresAt?: number;
}

/** The answer to a handshake. */
export type Admission =
  /** Known already. */
  | { readonly kind: "identified"; readonly identity: Identity }
  /**
   * To be known by its first frame. `patient`: that is a `connect` with a token, and is waited for longer; plain HTTP, which has no
   * first frame, is not let in.
   */
  | { readonly kind: "awaited"; readonly patient?: true }
  /** Refused with a plain HTTP answer. */
  | {
    readonly kind: "refused";
    readonly status: 400 | 401 | 403 | 503;
    readonly message: string;
    /** Headers of the answer, such as `www-authenticate`. */
    readonly headers?: Readonly<Record<string, string>>;
  };

/** Says who a client is. */
export interface Authenticator {
  /** Judges a handshake: emits once and completes; never errors. */
  admit(handshake: Handshake): Observable<Admission>;
  /**
   * Judges the first frame of a connection whose admission was `awaited`; `undefined` where the client sent another
   * frame first, or none. Emits once and completes; never errors.
   */
  identify(connect: ConnectFrame | undefined): Observable<Identity | Disconnect>;
  /**
   * Judges a token that a connected client sends to go on with. Emits once and completes; never errors. Absent: identities do not
   * come from tokens.
   */
  refresh?(token: string): Observable<Identity | Failure>;
}
