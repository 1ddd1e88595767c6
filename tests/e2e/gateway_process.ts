/** A gateway as a user runs it: a process of its own, started by the command line. */
import { TextLineStream } from "../line_stream.ts";

/** A running gateway. */
export interface GatewayProcess extends AsyncDisposable {
  /** `ws://127.0.0.1:PORT/ws` */
  readonly url: string;
  /** `http://127.0.0.1:PORT` */
  readonly http: string;
  readonly pid: number;
  /** Every line that it logged so far. */
  readonly lines: readonly string[];
  /** Sends a signal; `status` resolves when the process has ended. */
  kill(signal: Deno.Signal): void;
  readonly status: Promise<Deno.CommandStatus>;
}

/** What a gateway is started with. */
export interface GatewayProcessOptions {
  /** The text of its `config.toml`. Default: none, port 0 is set by the environment. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its working directory; default: a new one, removed at the end. */
  readonly folder?: string;
  /** Starts it with `deno serve` and so many workers, in place of its own command. */
  readonly workers?: number;
  /** The module that is run with `serve`, where it is not the command line itself. */
  readonly main?: string;
}

const ROOT = new URL("../../", import.meta.url).pathname;

/** The arguments of `deno` that run the command line with the permissions that it needs at the most. */
export function tidegateArgs(folder: string, ...args: readonly string[]): string[] {
  return denoArgs({ folder, main: `${ROOT}main.ts` }, ...args);
}

function denoArgs(
  { folder, main }: { readonly folder: string; readonly main: string },
  ...args: readonly string[]
): string[] {
  return [
    "run",
    "--frozen",
    "--no-prompt",
    "--allow-net=127.0.0.1",
    `--allow-read=${folder},${ROOT}`,
    `--allow-write=${folder}`,
    "--allow-env",
    main,
    ...args,
  ];
}

/** The arguments of `deno` that serve with workers, as {@linkcode tidegateArgs}. */
export function denoServeArgs(folder: string, { workers }: { readonly workers: number }): string[] {
  const [, ...permissions] = tidegateArgs(folder);
  const main = permissions.pop()!;
  const port = String(freePort());
  return [
    ...["serve", `--config=${ROOT}deno.json`, "--host", "127.0.0.1", "--port", port],
    ...workers > 1 ? ["--parallel"] : [],
    ...permissions,
    main,
  ];
}

/** Workers have to share a port: 0 would give each its own. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** The environment of a child that knows nothing of this machine's configuration. */
export function cleanEnv(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = ["PATH", "HOME", "DENO_DIR", "NPM_CONFIG_REGISTRY", "XDG_CACHE_HOME"];
  const own = kept.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(own), NO_COLOR: "1", ...env };
}

/**
 * Starts a gateway on a free port, and resolves when it is ready.
 *
 * @throws {Error} with its log where it ends before, or is not ready in time
 */
export async function startGateway(options: GatewayProcessOptions = {}): Promise<GatewayProcess> {
  const { workers } = options;
  const folder = options.folder ?? await Deno.makeTempDir({ prefix: "tidegate-e2e-" });
  if (options.config !== undefined) await Deno.writeTextFile(`${folder}/config.toml`, options.config);
  const child = new Deno.Command(Deno.execPath(), {
    args: workers === undefined
      ? denoArgs({ folder, main: options.main ?? `${ROOT}main.ts` }, "serve")
      : denoServeArgs(folder, { workers }),
    cwd: folder,
    clearEnv: true,
    env: cleanEnv({ HTTP_PORT: "0", ...workers === undefined ? {} : { DENO_JOBS: String(workers) }, ...options.env }),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const listening = Promise.withResolvers<string>();
  const reading = (async () => {
    for await (const line of child.stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      lines.push(line);
      const url = /"message":"Listening".*?"url":"(ws:[^"]+)"/.exec(line)?.[1];
      if (url) listening.resolve(url);
    }
  })();
  const over = reading.then(() => Promise.reject(new Error(`The gateway ended:\n${lines.join("\n")}`)));
  over.catch(() => {});
  let ended = false;
  const status = child.status.finally(() => ended = true);

  async function end(): Promise<void> {
    if (!ended) child.kill("SIGKILL");
    await status;
    await reading;
    if (options.folder === undefined) await Deno.remove(folder, { recursive: true });
  }

  try {
    const url = await Promise.race([listening.promise, over]);
    const http = url.replace(/^ws/, "http").replace(/\/ws$/, "");
    await untilReady(http, () => ended);
    if (ended) await over;
    return {
      url,
      http,
      pid: child.pid,
      lines,
      status,
      kill: (signal) => child.kill(signal),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Asks `/readyz` until it says yes, or there is nobody to ask any more. */
async function untilReady(http: string, ended: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && !ended()) {
    // A gateway that ends while it is asked says why in its log.
    const response = await fetch(`${http}/readyz`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (!ended()) throw new Error(`The gateway at ${http} was not ready within a minute`);
}
