/** Who asks over HTTP. */

/** The other end of a request's connection. */
export interface Peer {
  /** Its IP address; an IPv4 address is in IPv4 form. */
  readonly remoteAddress: string;
  /**
   * Destroys the connection, with what was written and not yet taken; absent where the server under it has no way to. Erroring the
   * body of the response does the same where it is absent.
   */
  hangUp?(): void;
}

/** Answers HTTP requests, whatever the server under it is. */
export type Fetch = (request: Request, peer: Peer) => Response | Promise<Response>;
