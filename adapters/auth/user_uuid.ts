/** User ids that are UUIDs. */
import type { UserId } from "../../domain/channel.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The user id that a UUID says, in lower case, whatever its version; `undefined` where the text is none. */
export function parseUserUuid(text: string): UserId | undefined {
  const user = text.toLowerCase();
  return UUID.test(user) ? user as UserId : undefined;
}
