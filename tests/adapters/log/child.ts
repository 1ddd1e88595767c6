/** A child process that appends, with the permissions that a log needs and no others. */
import { TextLineStream } from "../../line_stream.ts";

/** A running `appender.ts`. */
export class Appender {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;

  /** @param shell what a shell does before; the appender takes its place */
  constructor(folder: string, shell = "") {
    const script = new URL("./appender.ts", import.meta.url).pathname;
    const appender = `exec "$0" run --quiet --no-prompt --allow-read="$1" --allow-write="$1" "$2" "$1/log.sqlite"`;
    this.#process = new Deno.Command("sh", {
      args: ["-c", `${shell} ${appender}`, Deno.execPath(), folder, script],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const into = (stream: ReadableStream<Uint8Array<ArrayBuffer>>, lines: string[]) =>
      stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).pipeTo(
        new WritableStream({ write: (line: string) => void lines.push(line) }),
      );
    this.#reading = Promise.all([
      into(this.#process.stdout, this.lines),
      into(this.#process.stderr, this.errors),
    ]);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Kills it without a warning, and reads what it has still said. */
  async kill(): Promise<Deno.CommandStatus> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    const [status] = await Promise.all([this.#process.status, this.#reading]);
    return status;
  }
}
