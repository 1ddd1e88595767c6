/** The enum `Retry` of the schema. */
import type { Retry } from "../../domain/disconnect.ts";

/** The words for what a client does after a failure, by their numbers on the wire. */
export const RETRIES: readonly Retry[] = ["none", "retry", "wait", "cancel"];
