/** What can happen to presence, drawn at random and carried out. */
import fc from "fast-check";
import { PresenceWorld } from "./presence_world.ts";

const at = fc.nat(2);
const which = fc.nat(5);
const user = fc.constantFrom("ann", "bob", "carl");
const channel = fc.constantFrom("room:a", "room:b");

type Step = (world: PresenceWorld) => void;

/** A step, with the words by which a counterexample tells it. */
function named(name: string, args: readonly unknown[], step: Step): Step {
  return Object.assign(step, { [fc.toStringMethod]: () => `${name}(${args.join(", ")})` });
}

const one = <T extends readonly unknown[]>(
  name: string,
  args: fc.Arbitrary<T>,
  step: (world: PresenceWorld, ...args: T) => void,
) => args.map((drawn) => named(name, drawn, (world) => step(world, ...drawn)));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: one("enter", fc.tuple(at, user, channel), (world, ...args) => world.enter(...args)) },
  {
    weight: 6,
    arbitrary: one(
      "leave",
      fc.tuple(at, which, fc.constantFrom("end", "unsubscribe")),
      (world, ...args) => world.leave(...args),
    ),
  },
  { weight: 4, arbitrary: one("ask", fc.tuple(at, which), (world, ...args) => world.ask(...args)) },
  {
    weight: 8,
    arbitrary: one(
      "advance",
      fc.tuple(fc.constantFrom(0, 1, 100, 2_500, 9_000, 25_000)),
      (world, ms) => world.advance(ms),
    ),
  },
  { weight: 2, arbitrary: one("kill", fc.tuple(at), (world, node) => world.kill(node)) },
  { weight: 3, arbitrary: one("start", fc.tuple(at), (world, node) => world.start(node)) },
  { weight: 1, arbitrary: one("drain", fc.tuple(at), (world, node) => world.drain(node)) },
  { weight: 2, arbitrary: one("stop", fc.tuple(at), (world, node) => world.stop(node)) },
  { weight: 3, arbitrary: one("goOn", fc.tuple(at), (world, node) => world.goOn(node)) },
  { weight: 1, arbitrary: one("setAway", fc.tuple(fc.boolean()), (world, away) => world.setAway(away)) },
  {
    weight: 2,
    arbitrary: one(
      "failNext",
      fc.tuple(fc.constantFrom("unknown-but-written", "unknown-not-written")),
      (world, how) => world.failNext(how),
    ),
  },
  { weight: 1, arbitrary: one("recreate", fc.constant<[]>([]), (world) => world.recreate()) },
);

/** Whatever happens, everyone knows the truth in the end, and what they were told on the way makes sense. */
export const presenceHolds = fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
  using world = new PresenceWorld();
  for (const happens of steps) happens(world);
  world.finish();
});
