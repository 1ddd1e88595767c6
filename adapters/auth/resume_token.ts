/** What lets an anonymous client keep its user id after a re-connect. */
import { Buffer } from "node:buffer";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { UserId } from "../../domain/channel.ts";
import { parseUserUuid } from "./user_uuid.ts";

/** Makes tokens and reads them. */
export interface ResumeTokens {
  /** The token of a user: `base64url(user).base64url(HMAC-SHA256)`, 92 characters. */
  sign(user: UserId): string;
  /** The user whose token it is; `undefined` where it is not one that this secret signed. */
  verify(token: string): UserId | undefined;
}

/** No token of a UUID is longer. */
const LONGEST = 200;
/** Keeps the signature from meaning anything that the same secret signs elsewhere. */
const PURPOSE = "tidegate.resume.v1:";

/** Tokens signed by a secret; without one, by one that ends with the process. */
export function resumeTokens(secret: string | undefined): ResumeTokens {
  const key = secret ?? randomBytes(32);
  const sign = (user: UserId) => {
    const signature = createHmac("sha256", key).update(PURPOSE + user).digest("base64url");
    return `${Buffer.from(user).toString("base64url")}.${signature}`;
  };
  return {
    sign,
    verify(token) {
      if (token.length > LONGEST) return undefined;
      const user = parseUserUuid(Buffer.from(token.split(".", 1)[0]!, "base64url").toString());
      if (user === undefined) return undefined;
      // The whole token is compared, so that each user has one spelling of it only.
      const expected = Buffer.from(sign(user));
      const given = Buffer.from(token);
      return expected.length === given.length && timingSafeEqual(expected, given) ? user : undefined;
    },
  };
}
