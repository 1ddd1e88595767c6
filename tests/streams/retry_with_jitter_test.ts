import { assertEquals } from "@std/assert";
import { concat, defer, NEVER, of, throwError } from "rxjs";
import { type JitteredRetry, retryWithJitter } from "../../streams/retry_with_jitter.ts";
import { marbles } from "../../testing/marbles.ts";

const always = (fraction: number): Pick<JitteredRetry, "minMs" | "maxMs" | "random"> => ({
  minMs: 2,
  maxMs: 6,
  random: () => fraction,
});

Deno.test(
  "retry with jitter: never stays never, and is left when nobody listens",
  marbles((kit) => {
    const source = kit.cold<string>("-");
    kit.emits(source.pipe(retryWithJitter({ ...always(1), scheduler: kit.scheduler })), "-", { until: "^--!" });
    kit.subscriptions(source, "^--!");
  }),
);

const ending = { "|": "(^!)", "--|": "^-!", "a|": "^!", "a-(bc|)": "^-!" };

for (const [picture, subscription] of Object.entries(ending)) {
  Deno.test(
    `retry with jitter: ${picture} passes as it is`,
    marbles((kit) => {
      const source = kit.cold(picture);
      kit.emits(source.pipe(retryWithJitter({ ...always(1), scheduler: kit.scheduler })), picture);
      kit.subscriptions(source, subscription);
    }),
  );
}

Deno.test(
  "retry with jitter: the longest wait doubles with each failure, up to the limit",
  marbles((kit) => {
    const source = kit.cold("-#");
    const retried = source.pipe(retryWithJitter({ ...always(1), scheduler: kit.scheduler }));
    kit.emits(retried, "-", { until: "^-----------------------!" });
    // Waits of 2, 4, 6 and 6 after each failure.
    kit.subscriptions(source, "^!", "---^!", "--------^!", "---------------^!", "----------------------^!");
  }),
);

Deno.test(
  "retry with jitter: a wait is a random part of the longest",
  marbles((kit) => {
    const fractions = [0, 0.5, 0.5];
    const source = kit.cold("-#");
    const options = { ...always(0), random: () => fractions.shift() ?? 1, scheduler: kit.scheduler };
    kit.emits(source.pipe(retryWithJitter(options)), "-", { until: "^--------!" });
    // Waits of 0, 2 and 3.
    kit.subscriptions(source, "^!", "-^!", "----^!", "--------^!");
  }),
);

Deno.test(
  "retry with jitter: a value ends the row of failures",
  marbles((kit) => {
    const source = kit.cold("-a#");
    const retried = source.pipe(retryWithJitter({ ...always(1), scheduler: kit.scheduler }));
    kit.emits(retried, "-a---a---a---a", { until: "^-------------!" });
    kit.subscriptions(source, "^-!", "----^-!", "--------^-!", "------------^-!");
  }),
);

Deno.test(
  "retry with jitter: a source that recovers goes on",
  marbles((kit) => {
    let tries = 0;
    const source = defer(() => tries++ === 0 ? throwError(() => "away") : kit.cold("a-|"));
    kit.emits(source.pipe(retryWithJitter({ ...always(1), scheduler: kit.scheduler })), "--a-|");
  }),
);

Deno.test(
  "retry with jitter: no new try is made when nobody listens any more",
  marbles((kit) => {
    const source = kit.cold("-#");
    kit.emits(source.pipe(retryWithJitter({ ...always(1), scheduler: kit.scheduler })), "-", { until: "^-!" });
    kit.subscriptions(source, "^!");
  }),
);

Deno.test(
  "retry with jitter: an error that is not worth it is the output's",
  marbles((kit) => {
    const source = kit.cold("a-#", undefined, "forbidden");
    const isWorthIt = (error: unknown) => error !== "forbidden";
    const retried = source.pipe(retryWithJitter({ ...always(1), scheduler: kit.scheduler, isWorthIt }));
    kit.emits(retried, "a-#", { error: "forbidden" });
    kit.subscriptions(source, "^-!");
  }),
);

Deno.test(
  "retry with jitter: every failure is told with the wait that follows",
  marbles((kit) => {
    const told: unknown[] = [];
    const notify = (error: unknown, waitMs: number) => told.push([error, waitMs]);
    const errors = ["one", "two"];
    const source = defer(() => {
      const error = errors.shift();
      return error === undefined ? concat(of("a"), NEVER) : throwError(() => error);
    });
    kit.emits(source.pipe(retryWithJitter({ ...always(0.5), scheduler: kit.scheduler, notify })), "---a", {
      until: "^---!",
    });
    kit.flush();
    assertEquals(told, [["one", 1], ["two", 2]]);
  }),
);
