/** Comparing what someone sent with a secret. */
import { createHash, timingSafeEqual } from "node:crypto";

/** Whether a text is the secret. Takes the same time for every text of a length, whatever it has in common with the secret. */
export function sameSecret(secret: string): (text: string) => boolean {
  const own = digest(secret);
  return (text) => timingSafeEqual(digest(text), own);
}

/** Of one length whatever the text's. */
function digest(text: string) {
  return createHash("sha256").update(text).digest();
}
