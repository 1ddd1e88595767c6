import { holds } from "../../holds.ts";
import { presenceHolds } from "./presence_steps.ts";

/** How many runs: `MODEL_RUNS=10000 deno task test tests/domain/presence` makes more of them. */
const RUNS = Number(Deno.env.get("MODEL_RUNS") ?? 500);

Deno.test("whatever happens to three nodes on one log, each knows who is present, and tells it once and in order", () => {
  holds(presenceHolds, { runs: RUNS });
});
