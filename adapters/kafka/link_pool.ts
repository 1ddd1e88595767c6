/** Shared connections for short questions, one a broker. */
import type { Kafka } from "kafkajs";
import { type Address, parseAddress } from "./client.ts";
import { type Link, openLink } from "./link.ts";

/** Connections by address, made when they are first needed and made again when they ended. */
export interface LinkPool {
  /** The connection to a broker, `host:port`; fails with `LinkError`. */
  get(address: string): Promise<Link>;
}

/** Makes a pool whose connections end when `signal` aborts. */
export function linkPool(
  kafka: Kafka,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
): LinkPool {
  const links = new Map<string, Promise<Link>>();
  const open = (address: string) => {
    const link = openLink(kafka, parseAddress(address), options);
    links.set(address, link);
    link.catch(() => {
      if (links.get(address) === link) links.delete(address);
    });
    return link;
  };
  return {
    async get(address) {
      const known = links.get(address);
      if (known) {
        const link = await known;
        if (!link.closed) return link;
        if (links.get(address) === known) links.delete(address);
      }
      return await (links.get(address) ?? open(address));
    },
  };
}

/** `host:port` */
export function formatAddress(address: Address): string {
  return `${address.host}:${address.port}`;
}
