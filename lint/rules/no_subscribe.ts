import { isPure } from "../room.ts";
import { calledMethod } from "../syntax.ts";

/** In domain and streams: no `.subscribe()`. Pipelines are subscribed to in `main.ts`. */
export const noSubscribe: Deno.lint.Rule = {
  create(context) {
    if (!isPure(context.filename)) return {};
    return {
      CallExpression(node) {
        if (calledMethod(node) !== "subscribe") return;
        context.report({
          node,
          message: "Cannot subscribe here: domain and streams only transform observables",
          hint: "Return the observable, or flatten it with mergeMap, concatMap or switchMap",
        });
      },
    };
  },
};
