/**
 * The grammar and the texts of the command line.
 *
 * @module
 */
export * from "./command.ts";
export { helpText } from "./help.ts";
export { type CommandDefaults, parseCommand } from "./parse_command.ts";
