/** A server's process: started, waited for, and ended. */
import { TextLineStream } from "../../tests/line_stream.ts";

const START_MS = 60_000;
const KEPT_LINES = 20;

/**
 * The shell becomes the server. Beside it waits who lives on our end of its standard input: if this process dies in any way, the pipe
 * closes, and the server is killed. It is nobody's child, so that it does not count as the server's.
 */
const SCRIPT = `
exec 3<&0 </dev/null
( (read said <&3 || kill -9 $$) >/dev/null 2>&1 & )
exec 3<&-
exec "$@"
`;

/** What is run. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Finds the port in the line that says where it listens. */
  readonly listening: RegExp;
}

/** A server's process that listens. */
export interface ServerProcess extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

/**
 * Starts a process and resolves when it says that it listens.
 *
 * @throws {Error} with its last lines where it ends before, or says nothing in a minute
 */
export async function startServerProcess(options: ServerCommand): Promise<ServerProcess> {
  const child = new Deno.Command("sh", {
    args: ["-c", SCRIPT, "server", options.command, ...options.args],
    cwd: options.folder,
    env: { ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const last: string[] = [];
  const port = Promise.withResolvers<number>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      last.push(line);
      if (last.length > KEPT_LINES) last.shift();
      const found = options.listening.exec(line);
      if (found) port.resolve(Number(found[1]));
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  let ended = false;
  void child.status.then(() => ended = true);
  const fail = (what: string) => port.reject(new Error(`${options.command} ${what}:\n${last.join("\n")}`));
  void reading.then(() => fail("ended before it listened"));
  const starting = setTimeout(() => fail("does not listen after a minute"), START_MS);

  async function end(): Promise<void> {
    clearTimeout(starting);
    if (!ended) child.kill("SIGKILL");
    await child.status;
    // Who waits beside it goes without killing: the process id may be another's by now.
    await new Response("ended\n").body!.pipeTo(child.stdin).catch(() => {});
    await reading;
  }
  try {
    const listening = await port.promise;
    clearTimeout(starting);
    return { pid: child.pid, port: listening, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
