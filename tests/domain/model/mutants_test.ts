import { assert } from "@std/assert";
import fc from "fast-check";
import { MUTANTS } from "./mutants.ts";
import { step, take } from "./steps.ts";
import { World } from "./world.ts";

for (const { name, rig, pipes, restAfterMs, spoil } of MUTANTS) {
  Deno.test(`the model finds ${name}`, () => {
    const mend = spoil?.();
    try {
      const found = fc.check(
        fc.property(fc.array(step, { maxLength: 100, size: "max" }), (steps) => {
          using world = new World({
            ...(rig ? { rig } : {}),
            ...(pipes ? { pipes } : {}),
            ...(restAfterMs === undefined ? {} : { restAfterMs }),
          });
          for (const doing of steps) take(world, doing);
          world.finish();
        }),
        { numRuns: 500, endOnFailure: true, seed: 7 },
      );
      assert(found.failed, `500 runs did not find ${name}`);
    } finally {
      mend?.();
    }
  });
}
