/** Log lines for whoever reads the process' output, and counters in memory. */
import type { Clock } from "../../domain/ports/clock.ts";
import type { Counter, Fields, Level, Telemetry, Timing } from "../../domain/ports/telemetry.ts";
import { Histogram } from "./histogram.ts";
import { holdRepeats } from "./hold_repeats.ts";
import { jsonLine, type LogEntry, textLine } from "./log_line.ts";

/** How log lines are written: `auto` is `text` on a terminal and `json` elsewhere. */
export type LogFormat = "auto" | "json" | "text";

/** Where log lines go, and which of them. */
export interface ConsoleTelemetryOptions {
  readonly format: LogFormat;
  /** Lines below this level are left out. */
  readonly level: Level;
  /** Takes one line, without its line end. What it throws is dropped: there is nowhere left to say it. */
  readonly write: (line: string) => void;
  readonly clock: Clock;
  /** Whether `write` goes to a terminal. */
  readonly terminal: boolean;
  /** Whether the operator wants no colours (NO_COLOR is set): `Deno.noColor`. Default false. */
  readonly noColour?: boolean;
}

/** A {@linkcode Telemetry} whose counters and timings can be read. */
export interface ConsoleTelemetry extends Telemetry {
  /** What was counted since the start; a counter that was never counted is absent. Live: it changes as counts come. */
  counters(): ReadonlyMap<Counter, number>;
  /** What was observed since the start; absent where nothing was. Live. */
  timings(): ReadonlyMap<Timing, Histogram>;
}

const LEVELS: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const HOLD_MS = 1_000;
/** An outage of hours is one line a minute. */
const LONGEST_HOLD_MS = 60_000;
/** Longer than what is tried again and again waits in between. */
const QUIET_MS = 10_000;
/** More different messages than the gateway has; a bound in case one is built of what clients send. */
const REMEMBERED = 500;

/**
 * Telemetry of one process. Never throws. A message is written once a second at most, whatever its fields, and one
 * that goes on less and less often, down to once a minute; the next line with it has `repeated`, the number of lines left out. Nothing in a message or field can start a new line.
 */
export function consoleTelemetry(options: ConsoleTelemetryOptions): ConsoleTelemetry {
  const { format, level: lowest, write, clock, terminal, noColour = false } = options;
  const colours = terminal && !noColour;
  const json = format === "json" || (format === "auto" && !terminal);
  const counts = new Map<Counter, number>();
  const timings = new Map<Timing, Histogram>();

  const print = (entry: LogEntry) => write(json ? jsonLine(entry) : textLine(entry, { colours }));
  const gate = holdRepeats({
    holdMs: HOLD_MS,
    longestHoldMs: LONGEST_HOLD_MS,
    quietMs: QUIET_MS,
    remembered: REMEMBERED,
    forgotten: (message, repeated) =>
      print({ time: clock.scheduler.now(), level: "info", message, fields: {}, repeated }),
  });

  return {
    count(counter, amount = 1) {
      if (amount > 0) counts.set(counter, (counts.get(counter) ?? 0) + amount);
    },
    observe(timing, ms) {
      let histogram = timings.get(timing);
      if (!histogram) timings.set(timing, histogram = new Histogram());
      histogram.observe(ms / 1000);
    },
    note(level: Level, message: string, fields: Fields = {}) {
      if (LEVELS[level] < LEVELS[lowest]) return;
      try {
        const time = clock.scheduler.now();
        const passed = gate(message, time);
        if (passed) print({ time, level, message, fields, repeated: passed.repeated });
      } catch {
        // The port promises not to throw: a closed pipe must not end a gateway that works.
      }
    },
    counters: () => counts,
    timings: () => timings,
  };
}
