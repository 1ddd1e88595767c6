/** What a log says of itself. */
import { firstValueFrom } from "rxjs";
import type { Log, LogState } from "../domain/ports/log.ts";

/** The state of a log now. */
export function logState(log: Pick<Log, "state">): Promise<LogState> {
  return firstValueFrom(log.state);
}
