/** Log lines of a script. */
import { asyncScheduler } from "rxjs";
import { type ConsoleTelemetry, consoleTelemetry } from "./console_telemetry.ts";

/** Telemetry on standard error, from `info` on: what a script says of its sources and sinks where it names no other. */
export function scriptTelemetry(): ConsoleTelemetry {
  const utf8 = new TextEncoder();
  return consoleTelemetry({
    format: "auto",
    level: "info",
    write: (line) => void Deno.stderr.writeSync(utf8.encode(line + "\n")),
    clock: { scheduler: asyncScheduler },
    terminal: Deno.stderr.isTerminal(),
    noColour: Deno.noColor,
  });
}
