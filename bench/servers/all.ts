/** Every server that can be compared, in the order of tables. */
import { socketio, ws } from "./peers.ts";
import type { ServerKind } from "./server.ts";
import { tidegate } from "./tidegate.ts";

/** Tidegate first, then its peers. */
export const SERVERS: readonly ServerKind[] = [tidegate, socketio, ws];

/** What ratios are of. */
export const REFERENCE = socketio.name;
