/** Pipelines of the model: what becomes of a message depends on its text alone. */
import { delay, EMPTY, from } from "rxjs";
import { each } from "../../../domain/outbound.ts";
import { type Pipeline, reject } from "../../../domain/pipeline.ts";

/** A pipeline, and what it makes of a record. */
export interface Pipes {
  readonly pipeline: Pipeline;
  /** How many publications a record of this text becomes. */
  copies(text: string | null): number;
}

/** Publishes become none, one or more records, and records none, one or more publications, numbered in their header `part`. */
export const PIPES: Pipes = {
  pipeline: {
    inbound: (publish, { scheduler }) => {
      const fate = hashOf(publish.text) % 7;
      if (fate === 0) return reject("it has the wrong number");
      if (fate === 1) return EMPTY;
      const text = (more: number) => publish.text.replace(/"$/, `${"'".repeat(more)}"`);
      const drafts = Array.from(
        { length: Math.max(1, fate - 3) },
        (_, more) => publish.with({ payload: { kind: "json", text: text(more) } }),
      );
      // Some take their time: those behind them wait.
      return fate > 4 ? from(drafts).pipe(delay(fate * 100, scheduler)) : from(drafts);
    },
    outbound: each((publication) => {
      const count = copies(publication.payload === null ? null : publication.text);
      return Array.from({ length: count }, (_, part) => publication.with({ headers: { part: String(part) } }));
    }),
  },
  copies,
};

function copies(text: string | null): number {
  // A misplaced record has no place in its channel to be held against.
  return text === null || text.startsWith('"misplaced') ? 1 : hashOf(text) % 4;
}

function hashOf(text: string): number {
  return [...text].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 65_521, 7);
}
