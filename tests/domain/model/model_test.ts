import fc from "fast-check";
import { holds } from "../../holds.ts";
import { REST_MS } from "./mutants.ts";
import { PIPES } from "./pipelines.ts";
import { step, take } from "./steps.ts";
import { World, type WorldOptions } from "./world.ts";

/** How many runs: `MODEL_RUNS=10000 deno task test tests/domain/model` makes more of them. */
const RUNS = Number(Deno.env.get("MODEL_RUNS") ?? 1_000);

const promises = (options: WorldOptions = {}) =>
  fc.property(fc.array(step, { maxLength: 100, size: "max" }), (steps) => {
    using world = new World(options);
    for (const doing of steps) take(world, doing);
    world.finish();
  });

Deno.test("whatever happens, two gateways on one log keep what they promise", () => {
  holds(promises(), { runs: RUNS });
});

Deno.test("whatever happens, they keep it with pipelines that make none, one or more of a message", () => {
  holds(promises({ pipes: PIPES }), { runs: RUNS });
});

Deno.test("whatever happens, they keep it where partitions that nobody needs are not read", () => {
  holds(promises({ restAfterMs: REST_MS }), { runs: RUNS });
});
