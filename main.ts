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
import { peerAddress } from "./adapters/transport/peer_address.ts";
import type { FetchServer } from "./commands/fetch_server.ts";
import { ownSignals } from "./commands/own_signals.ts";
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

if (import.meta.main && Deno.args.length > 0) Deno.exit(await run(Deno.args));

/** How long a worker waits to be told that it listens, in milliseconds: only the first one is. */
const TOLD_MS = 500;

let server: Promise<FetchServer> | undefined;
let state: "idle" | "listens" | "serves" = "idle";

/** What answers requests, loaded when it is needed. */
function served(): Promise<FetchServer> {
  return server ??= import("./commands/fetch_server.ts").then(({ fetchServer }) =>
    fetchServer({ configuration: () => configuration({}), version: metadata.version })
  );
}

/** The worker that is not told that it listens is not the first one of its process, or is on a platform with many of them. */
async function untold(): Promise<void> {
  if (state === "listens") return;
  state = "serves";
  await (await served()).further();
}

/** For `deno serve main.ts` and Deno Deploy. Importing it opens and reads nothing. */
export default {
  get fetch(): (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Promise<Response> {
    // Deno looks at this once before it serves, also where it will not: `deno run` ends then, whatever this timer is for.
    if (import.meta.main && !server) {
      ownSignals();
      Deno.unrefTimer(setTimeout(() => void untold().catch(() => {}), TOLD_MS));
    }
    return async (request, { remoteAddr }) => {
      state = "listens";
      return await (await served()).fetch(request, {
        remoteAddress: peerAddress({ remoteAddress: remoteAddr.hostname }),
      });
    };
  },
  onListen(address: Deno.NetAddr): void {
    state = "listens";
    served().then((server) => server.listening(address)).catch(() => {});
  },
};

// `deno run main.ts` alone: that it is not `deno serve` shows when it ends, and nobody was served.
if (import.meta.main && Deno.args.length === 0) {
  addEventListener("unload", () => {
    if (state === "idle") print(helpText().trimEnd());
  });
}
