import { calledFunction } from "../syntax.ts";

/** Operators that run several observables at once, and which of their arguments says how many. */
const CONCURRENCY_AT: Readonly<Record<string, number>> = { mergeMap: 1, expand: 1, mergeAll: 0, mergeScan: 2 };

/** Everywhere: what runs several observables at once says how many; `Infinity` where that is meant. */
export const boundedMerge: Deno.lint.Rule = {
  create(context) {
    return {
      CallExpression(node) {
        const name = calledFunction(node);
        const at = name !== undefined && Object.hasOwn(CONCURRENCY_AT, name) ? CONCURRENCY_AT[name] : undefined;
        if (at === undefined || node.arguments.length > at) return;
        context.report({
          node,
          message: `Cannot tell how many ${name} may run at once: it has no concurrency argument`,
          hint: "Give the number, or Infinity with a comment that says what bounds it",
        });
      },
    };
  },
};
