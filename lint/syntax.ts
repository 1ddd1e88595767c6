/** Small questions about syntax that several rules ask. */

/** The name of a method that is called, as in `it.name()`; `undefined` where the call is of another kind. */
export function calledMethod({ callee }: Deno.lint.CallExpression): string | undefined {
  if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") return undefined;
  return callee.property.name;
}

/** The name of a function that is called by its bare name; `undefined` where the call is of another kind. */
export function calledFunction({ callee }: Deno.lint.CallExpression): string | undefined {
  return callee.type === "Identifier" ? callee.name : undefined;
}

/** Whether a node is a function with `async`. */
export function isAsyncFunction(node: Deno.lint.Node): boolean {
  return (node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression") && node.async;
}
