/**
 * The modules of users' pipelines.
 *
 * @module
 */
export { type ImportModule, type Loading, loadPipelines } from "./load_pipelines.ts";
