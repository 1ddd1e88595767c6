/** Which hosts a request may be for: any name can be made to lead to an address (DNS rebinding), and its pages are then of one origin with it. */
import { addressSet, LOOPBACK } from "./address_set.ts";

/** Whose requests are answered. */
export interface HostOptions {
  /** Host names and IP addresses, without a port. Absent: this machine's where `thisMachineOnly`, else all. */
  readonly allowedHosts?: readonly string[];
  /** Whether the gateway is for this machine only: its own names and addresses are let in, besides `allowedHosts`. */
  readonly thisMachineOnly: boolean;
}

const loopback = addressSet(LOOPBACK);

/** Whether a `Host` header, with a port or without, is one that requests may be for. */
export function hostRule(options: HostOptions): (host: string) => boolean {
  const { allowedHosts, thisMachineOnly } = options;
  if (!allowedHosts && !thisMachineOnly) return () => true;
  const allowed = new Set(allowedHosts?.map((host) => host.toLowerCase()));
  return (host) => {
    const name = hostName(host);
    return name !== undefined && (allowed.has(name) || (thisMachineOnly && isThisMachine(name)));
  };
}

/** Whether a name or address is this machine's own, wherever names lead. */
export function isThisMachine(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || loopback.has(name);
}

/** In lower case, without a port, and without the brackets of an IPv6 address. */
function hostName(host: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([^:/@?#\s\\]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  return (bracketed ?? plain)?.toLowerCase();
}
