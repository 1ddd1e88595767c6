/** Worker side: why the file cannot do what it was asked to. */
import type { Problem } from "./messages.ts";

/** A failure whose kind is known. */
export class StoreProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** The kind of a failure. SQLite's own are told apart by their texts: this runtime has no codes for them. */
export function problemOf(error: unknown): Problem {
  if (error instanceof StoreProblem) return error.problem;
  const message = messageOf(error);
  if (message.includes("is locked")) return "locked";
  return /not a database|malformed/.test(message) ? "damaged" : "disk";
}

/** What a failure says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
