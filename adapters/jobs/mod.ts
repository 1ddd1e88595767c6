/**
 * What a script needs to run a stream job; sources and sinks are those of `./kafka` and `./log`.
 *
 * @module
 */
export { type Checkpoints, fileCheckpoints, memoryCheckpoints } from "./checkpoints.ts";
export type { Position } from "./position.ts";
export { type Job, type JobEnd, type JobOptions, runJob } from "./run_job.ts";
