/** An example as a reader runs it: by the command of its first comment, with the permissions in it and no others. */
import { cleanEnv } from "../e2e/gateway_process.ts";
import { TextLineStream } from "../line_stream.ts";

const ROOT = new URL("../../", import.meta.url);

/** A running example, or one that has ended. */
export interface ExampleProcess extends AsyncDisposable {
  /** Every line that it wrote so far, to either output. */
  readonly lines: readonly string[];
  /** Resolves with what a line matches, also one that was written before; rejects where it ends without. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Asks it to stop, as Ctrl-C does, and resolves with its exit code when it has. */
  stop(): Promise<number>;
  /** Its exit code, when it has ended. */
  readonly ended: Promise<number>;
}

/** The command in the first comment of an example, word by word. */
export async function commandOf(name: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`examples/${name}.ts`, ROOT));
  const comment = text.slice(0, text.indexOf("*/"));
  const command = /^ \* {5}(deno .*)$/m.exec(comment)?.[1];
  if (!command) throw new Error(`Cannot start example ${name}: its first comment has no command`);
  return command.split(" ");
}

/**
 * Starts an example by its command, with the environment `env`.
 *
 * @param folder where it works; default: the project's own
 */
export async function startExample(
  name: string,
  env: Readonly<Record<string, string>>,
  folder: string = ROOT.pathname,
): Promise<ExampleProcess> {
  const [, ...args] = await commandOf(name);
  const [task, ...rest] = args;
  const child = new Deno.Command(Deno.execPath(), {
    args: [task!, "--no-prompt", "--frozen", ...rest.map((word) => word.replace(/^examples\//, `${ROOT.pathname}$&`))],
    cwd: folder,
    clearEnv: true,
    env: cleanEnv(env),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const look = () => waiting.forEach((check) => check());
  const reading = Promise.all([child.stdout, child.stderr].map(async (bytes) => {
    for await (const line of bytes.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      lines.push(line);
      look();
    }
  }));
  let over = false;
  const ended = child.status.then(async ({ code }) => {
    await reading;
    over = true;
    look();
    return code;
  });

  function line(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const check = () => {
      const found = lines.map((line) => pattern.exec(line)).find((match) => match !== null);
      if (!found && !over) return;
      waiting.delete(check);
      if (found) resolve(found);
      else reject(new Error(`Example ${name} ended without a line like ${pattern}:\n${lines.join("\n")}`));
    };
    waiting.add(check);
    check();
    return promise;
  }

  return {
    lines,
    line,
    ended,
    stop() {
      if (!over) child.kill("SIGINT");
      return ended;
    },
    async [Symbol.asyncDispose]() {
      if (!over) child.kill("SIGKILL");
      await ended;
    },
  };
}
