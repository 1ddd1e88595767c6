/** All that a benchmark came to, as its file of raw figures has it. */
import type { Machine } from "../measure/machine.ts";
import type { Measured } from "../run/measured.ts";

/** A run of one scenario with one server that came to nothing. */
export interface Failed {
  readonly scenario: string;
  readonly server: string;
  readonly round: number;
  readonly reason: string;
}

/** A benchmark's result. */
export interface BenchResult {
  /** When it began, in ISO 8601. */
  readonly began: string;
  readonly machine: Machine;
  /** What each server is made of. */
  readonly versions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly rounds: number;
  readonly seconds: number;
  readonly runs: readonly Measured[];
  readonly failed: readonly Failed[];
}
