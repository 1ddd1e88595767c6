/** The names of the domain that come from outside as text, each parsed once at the edge. */

declare const brand: unique symbol;

/** The name of a channel: 1 to 255 of `A-Z a-z 0-9 _ . : ~ -`, never normalised. */
export type Channel = string & { readonly [brand]: "Channel" };

/** Who a client is, as the gateway authenticated it: 1 to 200 of the characters of a channel name without `:`. */
export type UserId = string & { readonly [brand]: "UserId" };

const CHANNEL = /^[A-Za-z0-9_.:~-]{1,255}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const USER = /^[A-Za-z0-9_.~-]{1,200}$/;

/**
 * Whether a text is the name of a channel.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isChannel } from "@tidegate/tidegate";
 *
 * assert(isChannel("chat:lobby"));
 * assert(!isChannel("chat/lobby"));
 * ```
 */
export function isChannel(text: string): text is Channel {
  return CHANNEL.test(text);
}

/** Whether a text is a UUID, of any version and in either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Whether a text is a user id. */
export function isUserId(text: string): text is UserId {
  return USER.test(text);
}
