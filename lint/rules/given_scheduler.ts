import { isPure } from "../room.ts";
import { calledFunction } from "../syntax.ts";

const TIMED = new Set([
  "auditTime",
  "bufferTime",
  "debounceTime",
  "delay",
  "interval",
  "sampleTime",
  "throttleTime",
  "timeInterval",
  "timeout",
  "timeoutWith",
  "timer",
  "timestamp",
  "windowTime",
]);

/** In domain and streams: every operator of time is given its scheduler, so that tests own time. */
export const givenScheduler: Deno.lint.Rule = {
  create(context) {
    if (!isPure(context.filename)) return {};
    return {
      CallExpression(node) {
        const name = calledFunction(node);
        if (name === undefined || !TIMED.has(name)) return;
        const given = node.arguments.some((argument) => /scheduler|clock/i.test(context.sourceCode.getText(argument)));
        if (given) return;
        context.report({
          node,
          message: `Cannot test ${name} in virtual time: it is not given a scheduler`,
          hint: "Take the scheduler of the Clock port as an option and pass it on",
        });
      },
    };
  },
};
