import { eTag as stdETag, ifNoneMatch as stdIfNoneMatch } from "deno-std/http/etag.js";

/** Calculates the entity tag of a body; the value of the header `ETag`. */
export const eTag: (entity: string | Uint8Array, options?: { weak?: boolean }) => Promise<string | undefined> = stdETag;

/** Whether the request's `If-None-Match` asks for the entity: false means that the client has it (304). */
export const ifNoneMatch: (value: string | null, etag: string | undefined) => boolean = stdIfNoneMatch;
