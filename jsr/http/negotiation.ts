import { accepts as stdAccepts } from "deno-std/http/negotiation.js";

/**
 * The first of `types` that the request's `Accept` header takes, best first; `undefined` where it takes none.
 *
 * @see the standard library's `@std/http/negotiation`
 */
export const accepts: (request: Pick<Request, "headers">, ...types: string[]) => string | undefined = stdAccepts;
