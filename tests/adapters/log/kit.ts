/** What the tests of the embedded logs share. */
import type { Telemetry } from "../../../domain/ports/telemetry.ts";

/** Takes what is told, and forgets it. */
export const silent: Telemetry = { count: () => {}, note: () => {} };
