import { isPure } from "../room.ts";

const OUTSIDE = new Set([
  "console",
  "crypto",
  "Date",
  "Deno",
  "fetch",
  "globalThis",
  "performance",
  "process",
  "Promise",
  "queueMicrotask",
  "setImmediate",
  "setInterval",
  "setTimeout",
  "Temporal",
  "WebSocket",
  "Worker",
]);

/** What rxjs exports that brings the real clock or promises. */
const OUTSIDE_OF_RXJS = new Set([
  "animationFrameScheduler",
  "asapScheduler",
  "asyncScheduler",
  "firstValueFrom",
  "lastValueFrom",
]);

/**
 * In domain and streams: no clock, no timers, no chance, no promises, no Deno. They come in through ports. A `Promise` type
 * is for ports only, in what the composition root calls.
 */
export const noOutsideWorld: Deno.lint.Rule = {
  create(context) {
    if (!isPure(context.filename)) return {};
    const report = (node: Deno.lint.Node, what: string) =>
      context.report({
        node,
        message: `Cannot use ${what} here: domain and streams know no clock, chance, promise or platform`,
        hint: "Take it from a port: Clock, Random, Log, Transport, Telemetry",
      });
    const reportAsync = (node: { async: boolean } & Deno.lint.Node) => {
      if (node.async) report(node, "async");
    };
    return {
      Identifier(node) {
        if (OUTSIDE.has(node.name) && isUsed(node)) report(node, node.name);
      },
      MemberExpression(node) {
        if (context.sourceCode.getText(node) === "Math.random") report(node, "Math.random");
      },
      ImportSpecifier(node) {
        const name = node.imported.type === "Identifier" ? node.imported.name : node.imported.value;
        if (OUTSIDE_OF_RXJS.has(name)) report(node, name);
      },
      TSTypeReference(node) {
        const isPort = /[\\/]ports[\\/]/.test(context.filename);
        if (!isPort && node.typeName.type === "Identifier" && node.typeName.name === "Promise") {
          report(node, "Promise");
        }
      },
      AwaitExpression: (node) => report(node, "await"),
      ArrowFunctionExpression: reportAsync,
      FunctionDeclaration: reportAsync,
      FunctionExpression: reportAsync,
    };
  },
};

/** Whether an identifier is the global of its name, called, built, looked into or handed on, and not merely a member's name. */
function isUsed(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  const isSame = (other: { readonly range: Deno.lint.Range } | null | undefined) =>
    other?.range[0] === node.range[0] && other.range[1] === node.range[1];
  switch (parent.type) {
    case "MemberExpression":
      return isSame(parent.object);
    case "CallExpression":
    case "NewExpression":
      return isSame(parent.callee) || parent.arguments.some(isSame);
    case "VariableDeclarator":
      return isSame(parent.init);
    case "Property":
      return isSame(parent.value) && parent.parent.type === "ObjectExpression";
    case "ArrowFunctionExpression":
      return isSame(parent.body);
    case "ReturnStatement":
    case "AssignmentExpression":
    case "ConditionalExpression":
    case "LogicalExpression":
      return true;
    default:
      return false;
  }
}
