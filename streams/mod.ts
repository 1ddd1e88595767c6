/**
 * RxJS operators for pipelines: of a route, of a stream job, or of any script. They know nothing of the gateway. Every one of time takes the
 * scheduler, every one that holds something says how much; docs/operators.md is the table of them.
 *
 * Items may be deliveries, which say when they are dealt with: `eachDelivery` runs a projection of values over them, and what an operator leaves
 * out it tells to `leftOut`, for which `done` is made.
 *
 * @module
 */
export { type Attempt, attempt, type DeadLetter } from "./attempt.ts";
export { batchBy, type Batching } from "./batch_by.ts";
export { type BatchStage, batchWhileBusy } from "./batch_while_busy.ts";
export { conflateByKey, type Conflation } from "./conflate_by_key.ts";
export { deadLetter, deadLetters } from "./dead_letter.ts";
export { deduplicateByKey, type RecentKeys } from "./deduplicate_by_key.ts";
export { type Delivery, done, gather, gatherValues, type Parts, partsOf, split } from "./delivery.ts";
export { drain, type Draining } from "./drain.ts";
export { type EachDelivery, eachDelivery } from "./each_delivery.ts";
export { enrich, type Enrichment, type FoundCache } from "./enrich.ts";
export { type Branches, fork, forkDeliveries } from "./fork.ts";
export { type JitteredWait } from "./jittered_wait.ts";
export type { InFlightLimit } from "./group_work.ts";
export { limitGroupsInFlight } from "./limit_groups_in_flight.ts";
export { type Concurrency, mapInOrder } from "./map_in_order.ts";
export { mergeFair, type Stage } from "./merge_fair.ts";
export { type Overflow, type Room } from "./overflow.ts";
export { type RateLimit, rateLimit, type RateLimitByKey, rateLimitByKey } from "./rate_limit.ts";
export { type JitteredRetry, retryWithJitter } from "./retry_with_jitter.ts";
export { type Case, otherwise, route, when, whenIs } from "./route.ts";
export { runLimited } from "./run_limited.ts";
export { sampleByKey, type Sampling } from "./sample_by_key.ts";
export { bytesSerde, deserialize, jsonSerde, type Serde, serialize, textSerde } from "./serde.ts";
export { throttleByKey, type Throttling } from "./throttle_by_key.ts";
export { topicPattern } from "./topic_pattern.ts";
export { type CountWindows, windowByCount } from "./window_by_count.ts";
export { type KeyedWindow, type TimeWindow, type TimeWindows, windowByTime } from "./window_by_time.ts";
export { type ItemRetry, withRetries } from "./with_retries.ts";
