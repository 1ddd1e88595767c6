/** Whose connection a handshake is, seen from behind proxies too. */
import { isIP } from "node:net";
import type { Handshake } from "../../domain/ports/authenticator.ts";
import { addressSet, LOOPBACK } from "./address_set.ts";

/** Which proxies stand between clients and the gateway. */
export interface ClientAddressOptions {
  /** Their addresses, and ranges of them, besides this machine's. */
  readonly trustedProxies?: readonly string[];
  /** The header in which they list who asked them, the last one last: `x-forwarded-for`. Absent: they do not. */
  readonly header?: string;
}

/**
 * The client's address of a handshake: the peer's, or where that is a trusted proxy the last address of the header that is none. `undefined`
 * where it cannot be known: a proxy that lists nobody, or no address. What a client itself wrote into the header stands before what the
 * proxy has added, and is not looked at.
 */
export function clientAddress(options: ClientAddressOptions): (handshake: Handshake) => string | undefined {
  const { trustedProxies = [], header } = options;
  const proxies = addressSet([...LOOPBACK, ...trustedProxies]);
  return (handshake) => {
    const { remoteAddress } = handshake;
    if (!proxies.has(remoteAddress)) return remoteAddress;
    const listed = header === undefined ? [] : handshake.header(header).join(",").split(",").map(bare).reverse();
    const client = listed.find((address) => !proxies.has(address));
    return client !== undefined && isIP(client) !== 0 ? client : undefined;
  };
}

/** Some proxies write a port, and brackets around an IPv6 address. */
function bare(text: string): string {
  const trimmed = text.trim();
  return /^\[(.*)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
}
