/**
 * The project's own lint rules, as a plugin of `deno lint`: what the architecture asks of code, and a machine can see.
 *
 * @module
 */
import { boundedMerge } from "./rules/bounded_merge.ts";
import { givenScheduler } from "./rules/given_scheduler.ts";
import { noAsyncSubscriber } from "./rules/no_async_subscriber.ts";
import { noExportStar } from "./rules/no_export_star.ts";
import { noNewObservable } from "./rules/no_new_observable.ts";
import { noOutsideWorld } from "./rules/no_outside_world.ts";
import { noSubject } from "./rules/no_subject.ts";
import { noSubscribe } from "./rules/no_subscribe.ts";

/** All rules, by name: `// deno-lint-ignore tidegate/<name> -- <why>` where one must be broken. */
const plugin: Deno.lint.Plugin = {
  name: "tidegate",
  rules: {
    "bounded-merge": boundedMerge,
    "given-scheduler": givenScheduler,
    "no-async-subscriber": noAsyncSubscriber,
    "no-export-star": noExportStar,
    "no-new-observable": noNewObservable,
    "no-outside-world": noOutsideWorld,
    "no-subject": noSubject,
    "no-subscribe": noSubscribe,
  },
};

export default plugin;
