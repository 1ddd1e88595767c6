import type { Handshake } from "../../domain/ports/authenticator.ts";

/**
 * A request as the authenticator sees it. A header that was sent twice is one value here, both with a comma between them, which is
 * neither of the two.
 */
export function handshakeOf(request: Request, peer: { readonly remoteAddress: string }): Handshake {
  return {
    remoteAddress: peer.remoteAddress,
    header(name) {
      const value = request.headers.get(name);
      return value === null ? [] : [value];
    },
  };
}
