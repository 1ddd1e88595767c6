/** Where a user's code failed. */

/** What is not the user's: this folder, and RxJS. */
const OWN = new URL(".", import.meta.url).href;
const RXJS = "/rxjs/";

/** The place of an error in a user's module, such as `file:///srv/pipelines/chat.ts:5:12`; `undefined` where it was made elsewhere. */
export function errorPlace(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return [...(error.stack ?? "").matchAll(/(?:file|https):\S+?:\d+:\d+/g)].map(([place]) => place)
    .find((place) => !place.startsWith(OWN) && !place.includes(RXJS));
}
