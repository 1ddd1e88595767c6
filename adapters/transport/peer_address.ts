/** The address of a peer, without the IPv6 form that an IPv4 one has on a socket that listens on IPv6 too. */
export function peerAddress(socket: { readonly remoteAddress?: string }): string {
  return (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
}
