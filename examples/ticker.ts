/**
 * Shows the latest price of each symbol, once a second at the most: a feed may write a thousand prices a second, and no subscriber is
 * sent more than it can look at. The first price comes at once, the last one is never left out.
 *
 *     deno run --allow-net=127.0.0.1 --allow-read=. --allow-env=APP_NAME,HTTP_*,KAFKA*,NODE_ENV,TIDEGATE_*,WS_NO_* main.ts serve --config examples/ticker.toml
 *
 * Then `deno task sub prices:gold` in a second terminal, and `seq 1000 | deno task pub prices:gold` in a third.
 *
 * @module
 */
import { over } from "@tidegate/tidegate";
import { conflateByKey } from "@tidegate/tidegate/streams";

/** From the log to subscribers: one operator over the prices of all symbols. */
export const outbound = over((publications, { scheduler }) =>
  publications.pipe(conflateByKey(({ channel }) => channel, { periodMs: 1_000, scheduler, maxKeys: 10_000 }))
);
