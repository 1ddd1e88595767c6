import type { Counter, Fields, Level, Telemetry } from "../domain/ports/telemetry.ts";

/** Something that was said to the operator. */
export interface Note {
  /** How much an operator needs to know of it. */
  readonly level: Level;
  /** What was said. */
  readonly message: string;
  /** What was said with it. */
  readonly fields: Fields | undefined;
}

/**
 * Keeps what was counted and said, for a test to look at.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RecordingTelemetry } from "@tidegate/tidegate/testing";
 *
 * const telemetry = new RecordingTelemetry();
 * telemetry.count("gaps");
 * telemetry.note("warn", "Records were lost", { channel: "chat:lobby" });
 * assertEquals(telemetry.counted("gaps"), 1);
 * assertEquals(telemetry.notes[0]?.message, "Records were lost");
 * ```
 */
export class RecordingTelemetry implements Telemetry {
  readonly #counts = new Map<Counter, number>();
  readonly #notes: Note[] = [];

  /** All that was said, in order. */
  get notes(): readonly Note[] {
    return this.#notes;
  }

  /** How much was counted; 0 where nothing was. */
  counted(counter: Counter): number {
    return this.#counts.get(counter) ?? 0;
  }

  /** Adds to a counter, 1 where no amount is given. */
  count(counter: Counter, amount = 1): void {
    this.#counts.set(counter, this.counted(counter) + amount);
  }

  /** Keeps what is said. */
  note(level: Level, message: string, fields?: Fields): void {
    this.#notes.push({ level, message, fields });
  }
}
