import { isPure } from "../room.ts";

const SUBJECTS = new Set(["Subject", "BehaviorSubject", "ReplaySubject", "AsyncSubject"]);

/** In domain and streams: no `Subject` of any kind. State is in `scan` and multicasting in `share` or `connect`. */
export const noSubject: Deno.lint.Rule = {
  create(context) {
    if (!isPure(context.filename)) return {};
    return {
      ImportSpecifier(node) {
        const name = node.imported.type === "Identifier" ? node.imported.name : node.imported.value;
        if (!SUBJECTS.has(name)) return;
        context.report({
          node,
          message: `Cannot use ${name} here: domain and streams have no subjects`,
          hint: "Keep state in scan, multicast with share or connect, or take an Observable from an adapter",
        });
      },
    };
  },
};
