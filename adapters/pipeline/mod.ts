/**
 * The modules of users' pipelines.
 *
 * @module
 */
export { type ImportModule, loadPipelines } from "./load_pipelines.ts";
