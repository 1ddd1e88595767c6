/** What the commands share of the process that they run in. */
import { asyncScheduler } from "rxjs";
import type { Clock, Random } from "../domain/ports/clock.ts";
import type { Configuration } from "../adapters/config/mod.ts";
import { type ConsoleTelemetry, consoleTelemetry } from "../adapters/telemetry/mod.ts";

/** The time of this machine. */
export const systemClock: Clock = { scheduler: asyncScheduler };

/** The chance of this machine. */
export const systemRandom: Random = { uuid: () => crypto.randomUUID(), fraction: () => Math.random() };

/** Log lines on standard error, as the configuration wants them. */
export function processTelemetry({ format, level }: Configuration["telemetry"]): ConsoleTelemetry {
  return consoleTelemetry({
    format,
    level,
    write: printError,
    clock: systemClock,
    terminal: Deno.stderr.isTerminal(),
    noColour: Deno.noColor,
  });
}

/** What an error says. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const utf8 = new TextEncoder();

/** Writes one line to standard output. Throws where that is closed or full: see {@linkcode isClosedPipe}. */
export function print(line: string): void {
  writeAll(Deno.stdout, utf8.encode(line + "\n"));
}

/** Writes one line to standard error. Never throws: there is nowhere left to say it. */
export function printError(line: string): void {
  try {
    writeAll(Deno.stderr, utf8.encode(line + "\n"));
  } catch {
    // A closed terminal or a full disk must not end a process that works.
  }
}

/** Whether nobody reads standard output any more, as in `tidegate sub ... | head -1`. */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe;
}

function writeAll(file: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
}
