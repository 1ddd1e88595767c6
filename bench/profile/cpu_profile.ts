/** Where the time went, by function. */

/** What V8's profiler says: a tree of call frames, and which of them was on top at each sample. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** Parts of the whole time, from 0 to 1, by function; the largest first. */
export interface TimeByFunction {
  /** While it was on top. */
  readonly self: readonly (readonly [string, number])[];
  /** While it was anywhere on the stack. */
  readonly inclusive: readonly (readonly [string, number])[];
}

/** Sums a profile up. */
export function timeByFunction({ nodes, samples, timeDeltas }: CpuProfile): TimeByFunction {
  const names = new Map(nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
    const file = url.split("/").slice(-2).join("/");
    return [id, `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`];
  }));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const self = new Map<string, number>();
  const inclusive = new Map<string, number>();
  let total = 0;
  samples.forEach((sample, at) => {
    const time = timeDeltas[at]!;
    total += time;
    add(self, names.get(sample)!, time);
    const stack = new Set<string>();
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) stack.add(names.get(id)!);
    for (const name of stack) add(inclusive, name, time);
  });
  return { self: parts(self, total), inclusive: parts(inclusive, total) };
}

function add(sums: Map<string, number>, name: string, time: number): void {
  sums.set(name, (sums.get(name) ?? 0) + time);
}

function parts(sums: ReadonlyMap<string, number>, total: number): (readonly [string, number])[] {
  return [...sums].map(([name, time]) => [name, time / total] as const).sort((one, other) => other[1] - one[1]);
}
