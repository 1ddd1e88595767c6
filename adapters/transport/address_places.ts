/** How many connections each client address has. */
import { isIP } from "node:net";

/** Counts the connections of networks: an IPv4 address, or the 64 leading bits of an IPv6 one, which one subscriber line has. */
export class AddressPlaces {
  readonly #most: number;
  readonly #taken = new Map<string, number>();

  /** `most`: how many connections a network may have. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many networks have a connection. */
  get size(): number {
    return this.#taken.size;
  }

  /** Whether an address may have one more. */
  hasRoom(address: string): boolean {
    return (this.#taken.get(networkOf(address)) ?? 0) < this.#most;
  }

  /** Counts one more; the result counts it no longer, and does nothing when it is called again. */
  take(address: string): () => void {
    const network = networkOf(address);
    this.#taken.set(network, (this.#taken.get(network) ?? 0) + 1);
    let gone = false;
    return () => {
      if (gone) return;
      gone = true;
      const left = this.#taken.get(network)! - 1;
      if (left > 0) this.#taken.set(network, left);
      else this.#taken.delete(network);
    };
  }
}

/** What an address shares with those that the same client can choose: `2001:db8:0:1::/64`. */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/s, "");
  if (isIP(plain) !== 6) return plain;
  // A URL's host is the one spelling that each address has, without dots.
  const [head = "", tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? [] : new Array(8 - before.length - after.length).fill("0");
  const groups = [...before, ...zeros, ...after];
  if (groups.slice(0, 6).join(":") === "0:0:0:0:0:ffff") return groups.join(":");
  return `${groups.slice(0, 4).join(":")}::/64`;
}
