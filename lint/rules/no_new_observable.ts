import { roomOf } from "../room.ts";

/** Only adapters turn the outside world into observables; everywhere else operators are built of operators. */
const ALLOWED = new Set(["adapters", "tests"]);

/** `new Observable` in adapters and tests only. */
export const noNewObservable: Deno.lint.Rule = {
  create(context) {
    if (ALLOWED.has(roomOf(context.filename))) return {};
    return {
      NewExpression(node) {
        if (node.callee.type !== "Identifier" || node.callee.name !== "Observable") return;
        context.report({
          node,
          message: "Cannot make an Observable by hand here: only adapters do",
          hint: "Build it with pipe, defer, of, from, merge or concat",
        });
      },
    };
  },
};
