/** A process of the benchmark, as the one that started it sees it. */
import { TextLineStream } from "../../tests/line_stream.ts";
import type { AnswerLine, Commands } from "./commands.ts";

/** A running process that obeys commands. */
export interface Child<C extends Commands> extends AsyncDisposable {
  readonly pid: number;
  /** Asks it for something; rejects with its own words where it cannot, and where it ends. */
  ask<Name extends keyof C & string>(
    command: Name,
    ...options: Parameters<C[Name]>
  ): Promise<Awaited<ReturnType<C[Name]>>>;
}

/** How a process is started. */
export interface ChildOptions {
  /** Its module, seen from `bench/`. */
  readonly module: string;
  readonly permissions: readonly string[];
  /** What it tells without being asked. */
  readonly heard?: (event: unknown) => void;
}

/** Starts a module that obeys commands. It ends with this process, however that ends. */
export function startChild<C extends Commands>({ module, permissions, heard }: ChildOptions): Child<C> {
  const path = decodeURIComponent(new URL(`../${module}`, import.meta.url).pathname);
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--no-prompt", "--quiet", ...permissions, path],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const input = process.stdin.getWriter();
  const encoder = new TextEncoder();
  let ids = 0;

  const reading = (async () => {
    const lines = process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const text of lines) {
      const line = JSON.parse(text) as AnswerLine;
      if ("event" in line) {
        heard?.(line.event);
        continue;
      }
      const asked = waiting.get(line.id);
      waiting.delete(line.id);
      if ("error" in line) asked?.reject(new Error(`${module}: ${line.error}`));
      else asked?.resolve(line.answer);
    }
    for (const asked of waiting.values()) asked.reject(new Error(`${module} ended`));
  })();

  return {
    pid: process.pid,
    async ask(command, ...[options]) {
      const id = ++ids;
      const asked = Promise.withResolvers<unknown>();
      waiting.set(id, asked);
      await input.write(encoder.encode(`${JSON.stringify({ id, command, options })}\n`));
      // The type of the command's answer is bound to the module by whoever starts it.
      return await asked.promise as never;
    },
    async [Symbol.asyncDispose]() {
      await input.close().catch(() => {});
      const timer = setTimeout(() => process.kill("SIGKILL"), 5_000);
      await process.status;
      clearTimeout(timer);
      await reading;
    },
  };
}
