import type { Import } from "./source_tree.ts";

/** The files of a cycle in the imports, the first one again at its end; `undefined` where there is none. */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...next.get(from) ?? [], to]);
  const done = new Set<string>();
  const path: string[] = [];
  for (const start of next.keys()) {
    const cycle = visit(start);
    if (cycle) return cycle;
  }
  return undefined;

  function visit(file: string): string[] | undefined {
    if (done.has(file)) return undefined;
    const seen = path.indexOf(file);
    if (seen !== -1) return [...path.slice(seen), file];
    path.push(file);
    for (const to of next.get(file) ?? []) {
      const cycle = visit(to);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  }
}
