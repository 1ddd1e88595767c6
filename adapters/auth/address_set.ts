/** Ranges of IP addresses: which peers are trusted. */
import { BlockList, isIP } from "node:net";

/** Some addresses, of both versions. */
export interface AddressSet {
  /**
   * Whether the address is one of them. An IPv4 address in IPv6 form (`::ffff:10.0.0.1`) is that IPv4 address; a zone
   * (`%eth0`) does not count; a text that is no address is in no set.
   */
  has(address: string): boolean;
}

interface AddressRange {
  readonly base: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/** This machine. */
export const LOOPBACK: readonly string[] = ["127.0.0.0/8", "::1/128"];

const RANGE = /^([0-9A-Fa-f:.]+)(?:\/(0|[1-9][0-9]{0,2}))?$/;
const MAPPED = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/;
/** How many bits stand before an IPv4 address in IPv6 form. */
const MAPPED_BITS = 96;

/** Whether a host name, or an address, is this machine's alone. */
export function isLoopbackHost(host: string): boolean {
  return isIP(host) === 0 ? host.toLowerCase() === "localhost" : addressSet(LOOPBACK).has(host);
}

/** Whether a text is an IP address, or one with a prefix length such as `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

/**
 * The addresses of some ranges.
 *
 * @param ranges IP addresses, each with an optional prefix length
 * @throws {TypeError} where one is not; the message names it
 */
export function addressSet(ranges: readonly string[]): AddressSet {
  const list = new BlockList();
  for (const text of ranges) {
    const range = parseRange(text);
    if (!range) {
      throw new TypeError(
        `Cannot trust addresses ${JSON.stringify(text)}: expected an IP address or a range such as "10.0.0.0/8"`,
      );
    }
    list.addSubnet(range.base, range.prefix, range.family);
  }
  return {
    has(address) {
      const plain = address.replace(/%.*$/s, "");
      if (isIP(plain) === 0) return false;
      const mapped = mappedAddress(plain);
      return isIP(plain) === 6 && mapped === undefined
        ? list.check(plain, "ipv6")
        : list.check(mapped ?? plain, "ipv4");
    },
  };
}

function parseRange(text: string): AddressRange | undefined {
  const [, base = "", bits] = RANGE.exec(text) ?? [];
  const version = isIP(base);
  if (version === 0) return undefined;
  const length = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? length : Number(bits);
  if (prefix > length) return undefined;
  const mapped = mappedAddress(base);
  if (mapped !== undefined && prefix >= MAPPED_BITS) {
    return { base: mapped, prefix: prefix - MAPPED_BITS, family: "ipv4" };
  }
  return { base, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}

/** The IPv4 address that an address in IPv6 form stands for; `undefined` where it stands for none. */
function mappedAddress(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined;
  // A URL's host is the one spelling that each IPv6 address has (RFC 5952).
  const [, high, low] = MAPPED.exec(new URL(`http://[${address}]`).hostname) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const bits = [parseInt(high, 16), parseInt(low, 16)];
  return bits.flatMap((half) => [half >> 8, half & 0xff]).join(".");
}
