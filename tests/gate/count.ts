/** How many tests passed and failed. */

/** The result of some tests. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** Tests that were left out, such as those that need a Kafka where there is none. */
  readonly ignored: number;
}

export const NOTHING: Count = { passed: 0, failed: 0, ignored: 0 };

export function add(one: Count, other: Count): Count {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    ignored: one.ignored + other.ignored,
  };
}

/**
 * What a run of `deno test` says in its last summary, `ok | 96 passed (3 steps) | 0 failed | 2 ignored (1s)`. A run that failed
 * for another reason than a test, or said nothing, counts as a failed test.
 */
export function countOf({ success, output }: { readonly success: boolean; readonly output: string }): Count {
  const summary = [...output.matchAll(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed.*$/gm)].at(-1);
  if (!summary) return { ...NOTHING, failed: 1 };
  const failed = Number(summary[2]);
  return {
    passed: Number(summary[1]),
    failed: success ? failed : Math.max(failed, 1),
    ignored: Number(/ \| (\d+) ignored/.exec(summary[0])?.[1] ?? 0),
  };
}
