/** Properties, checked with one random seed a run, which is printed: `SEED=<number> deno task test` runs them again alike. */
import fc from "fast-check";

const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 0x7fffffff));
console.log(`Properties: SEED=${seed}`);

/** Throws, with the smallest counterexample and the seed, where a property does not hold. */
export function holds<Ts>(property: fc.IRawProperty<Ts>, options: { readonly runs?: number } = {}): void {
  fc.assert(property, { seed, numRuns: options.runs ?? 300 });
}

/** The same of a property that takes time. */
export async function holdsAsync<Ts>(
  property: fc.IAsyncProperty<Ts>,
  options: { readonly runs?: number } = {},
): Promise<void> {
  await fc.assert(property, { seed, numRuns: options.runs ?? 100 });
}
