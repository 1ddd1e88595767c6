/** What `--help` shows. */
import { COMMAND_NAMES, type CommandName } from "./command.ts";
import { COMMON_OPTIONS, GRAMMAR, type Option } from "./options.ts";

/** Help for a command, or for all of them: some lines, each with its line end, none over 120 characters. */
export function helpText(command?: CommandName): string {
  return (command === undefined ? overview() : details(command)).join("\n") + "\n";
}

function overview(): string[] {
  return [
    "Tidegate: a reactive gateway between WebSocket clients and a log of messages.",
    "",
    "Usage: tidegate COMMAND [OPTION]...",
    "",
    "Commands:",
    ...columns(COMMAND_NAMES.map((name) => [`${name} ${GRAMMAR[name].usage}`.trim(), GRAMMAR[name].about])),
    "",
    "Options:",
    ...optionLines(COMMON_OPTIONS),
    "",
    "Exit codes: 0 done, 1 failed, 2 a wrong command line or configuration, 130 and 143 ended by a second SIGINT or SIGTERM.",
    "",
    "tidegate COMMAND --help shows the options of a command.",
  ];
}

function details(command: CommandName): string[] {
  const { usage, about, options, examples } = GRAMMAR[command];
  return [
    ["Usage: tidegate", command, usage, "[OPTION]..."].filter((part) => part !== "").join(" "),
    "",
    about,
    "",
    "Options:",
    ...optionLines({ ...options, ...COMMON_OPTIONS }),
    "",
    examples.length === 1 ? "Example:" : "Examples:",
    ...examples.map((example) => `  ${example}`),
  ];
}

function optionLines(options: Readonly<Record<string, Option>>): string[] {
  return columns(
    Object.entries(options).map(([name, { value, short, about }]) => {
      return [(short ? `-${short}, ` : "") + `--${name}` + (value ? ` ${value}` : ""), about];
    }),
  );
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
