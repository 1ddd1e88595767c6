import { assert } from "@std/assert";
import fc from "fast-check";
import { OwnMembers } from "../../../domain/own_members.ts";
import { Presence } from "../../../domain/presence.ts";
import { PresenceFold } from "../../../domain/presence_fold.ts";
import { Roll } from "../../../domain/roll.ts";
import { replace } from "../model/replace.ts";
import { presenceHolds } from "./presence_steps.ts";

const { logged } = OwnMembers.prototype;
const { set } = Roll.prototype;
const { take } = PresenceFold.prototype;

/** Each breaks one thing that presence rests on. */
const MUTANTS: Readonly<Record<string, () => () => void>> = {
  "a node that does not see what others have removed": () =>
    replace(OwnMembers.prototype, {
      logged(this: OwnMembers, ...[count, offset, how]: Parameters<typeof logged>) {
        if (how === "written" || count.sessions > 0) logged.call(this, count, offset, how);
      },
    }),
  "a node that takes what it is not sure of for written": () => replace(OwnMembers.prototype, { unsure: () => {} }),
  "a fold in which no time passes": () =>
    replace(PresenceFold.prototype, {
      take(this: PresenceFold, ...[word]: Parameters<typeof take>) {
        return word.kind === "beat" && word.node.startsWith("n0") ? [] : take.call(this, word);
      },
    }),
  "a log that keeps what the dead have left": () => replace(PresenceFold.prototype, { burials: () => [] }),
  "a roll that tells of each node of a user": () =>
    replace(Roll.prototype, {
      set(this: Roll, ...[member, at]: Parameters<typeof set>) {
        return set.call(this, member, at) ?? { kind: at.sessions > 0 ? "joined" : "left", ...member };
      },
    }),
  "a session that does not exit": () => replace(Presence.prototype, { exit: () => {} }),
};

for (const [name, spoil] of Object.entries(MUTANTS)) {
  Deno.test(`the model of presence finds ${name}`, () => {
    const mend = spoil();
    try {
      const found = fc.check(presenceHolds, { numRuns: 300, endOnFailure: true, seed: 7 });
      assert(found.failed, `300 runs did not find ${name}`);
    } finally {
      mend();
    }
  });
}
