/**
 * The command line of Tidegate: `deno run main.ts --help`.
 *
 * @module
 */
import metadata from "./deno.json" with { type: "json" };
import {
  type Command,
  helpText,
  parseCommand,
  TOKEN_VARIABLE,
  URL_VARIABLE,
  USAGE_EXIT_CODE,
} from "./adapters/cli/mod.ts";
import { type Configuration, ConfigurationError, loadConfiguration } from "./adapters/config/mod.ts";
import { loadPipelines } from "./adapters/pipeline/mod.ts";
import { errorText, isClosedPipe, print, printError } from "./commands/process.ts";

/**
 * Runs one command line and says its exit code: 0 done, 1 it failed, 2 the command line or the configuration is wrong, 130 and 143 where
 * a second signal did not let it stop in order.
 */
async function run(args: readonly string[]): Promise<number> {
  // Read by commands that need them alone: others may not be allowed to.
  const command = parseCommand(args, {
    get url() {
      return Deno.env.get(URL_VARIABLE);
    },
    get token() {
      return Deno.env.get(TOKEN_VARIABLE);
    },
  });
  if ("error" in command) {
    printError(command.error);
    return USAGE_EXIT_CODE;
  }
  try {
    return await carryOut(command);
  } catch (error) {
    // Its reader has what it wanted.
    if (isClosedPipe(error)) return 0;
    printError(errorText(error));
    return error instanceof ConfigurationError ? USAGE_EXIT_CODE : 1;
  }
}

/** Each command is loaded when it runs: `pub` needs no Kafka. */
async function carryOut(command: Command): Promise<number> {
  switch (command.command) {
    case "help":
      print(helpText(command.of).trimEnd());
      return 0;
    case "version":
      print(`tidegate ${metadata.version}`);
      return 0;
    case "serve":
      return await (await import("./commands/serve.ts")).serve(await configuration(command), metadata.version);
    case "check":
      return await (await import("./commands/check.ts")).check(await configuration(command), command);
    case "pub":
      return await (await import("./commands/pub.ts")).pub(command);
    case "sub":
      return await (await import("./commands/sub.ts")).sub(command);
    case "token":
      return await (await import("./commands/token.ts")).token(await configuration(command), command);
    case "deny":
    case "allow":
      return await (await import("./commands/deny.ts")).deny(await configuration(command), command);
  }
}

async function configuration({ config }: { readonly config?: string }): Promise<Configuration> {
  return await loadPipelines(loadConfiguration({
    env: (name) => Deno.env.get(name),
    readTextFile: Deno.readTextFileSync,
    ...(config === undefined ? {} : { path: config }),
  }));
}

if (import.meta.main) Deno.exit(await run(Deno.args));
