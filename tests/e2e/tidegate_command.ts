/** One command of the command line, in a process of its own. */
import { cleanEnv, tidegateArgs } from "./gateway_process.ts";

/** How a command has ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command to its end, in a folder of its own. */
export async function tidegate(
  args: readonly string[],
  options: {
    env?: Record<string, string>;
    config?: string;
    input?: BlobPart;
    /** Another folder that it may read and write. */
    readable?: string;
  } = {},
): Promise<Ran> {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-cli-" });
  try {
    if (options.config !== undefined) await Deno.writeTextFile(`${folder}/config.toml`, options.config);
    const child = new Deno.Command(Deno.execPath(), {
      args: tidegateArgs(options.readable === undefined ? folder : `${folder},${options.readable}`, ...args),
      cwd: folder,
      clearEnv: true,
      env: cleanEnv(options.env),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const input = new Blob([options.input ?? ""]).stream().pipeTo(child.stdin);
    const [{ code, stdout, stderr }] = await Promise.all([child.output(), input]);
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
