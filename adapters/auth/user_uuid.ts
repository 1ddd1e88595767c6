/** User ids that are UUIDs. */
import { isUuid, type UserId } from "../../domain/channel.ts";

/** The user id that a UUID says, in lower case, whatever its version; `undefined` where the text is none. */
export function parseUserUuid(text: string): UserId | undefined {
  return isUuid(text) ? text.toLowerCase() as UserId : undefined;
}
