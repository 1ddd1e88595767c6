import { calledMethod, isAsyncFunction } from "../syntax.ts";

/** Everywhere: no `async` function in `.subscribe()`. Nobody waits for its promise, and nobody hears it fail. */
export const noAsyncSubscriber: Deno.lint.Rule = {
  create(context) {
    return {
      CallExpression(node) {
        if (calledMethod(node) !== "subscribe") return;
        for (const found of node.arguments.flatMap(functionsOf).filter(isAsyncFunction)) {
          context.report({
            node: found,
            message: "Cannot wait for an async subscriber: its order is lost and its rejection is not handled",
            hint: "Do the work in concatMap or mergeMap, before subscribe",
          });
        }
      },
    };
  },
};

/** A subscriber's functions: itself, or the members of an observer. */
function functionsOf(subscriber: Deno.lint.Node): Deno.lint.Node[] {
  if (subscriber.type !== "ObjectExpression") return [subscriber];
  return subscriber.properties.map((property) => property.type === "Property" ? property.value : property);
}
