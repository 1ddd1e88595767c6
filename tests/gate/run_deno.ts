/** What a process said, and whether it ended well. */
export interface Ran {
  readonly success: boolean;
  /** Its standard output, without colours. */
  readonly output: string;
}

/** When the output of a process is shown: as it comes, or at its end, so that two do not mix. */
export type Shown = "now" | "at the end";

/** Runs this very Deno, which need not be on the PATH, and passes its output on. */
export async function runDeno(name: string, args: readonly string[], shown: Shown = "now"): Promise<Ran> {
  const title = `\n=== ${name}: deno ${args.map((arg) => arg.length > 80 ? arg.slice(0, 80) + "…" : arg).join(" ")}`;
  if (shown === "now") console.log(title);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: shown === "now" ? "inherit" : "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const [output, errors] = await Promise.all([
    textOf(child.stdout, shown),
    shown === "now" ? "" : textOf(child.stderr, shown),
  ]);
  const { success } = await child.status;
  if (shown === "at the end") console.log(`${title}\n${errors}\n${output}`);
  return { success, output };
}

async function textOf(bytes: ReadableStream<Uint8Array>, shown: Shown): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of bytes) {
    text += decoder.decode(piece, { stream: true });
    if (shown === "now") await writeAll(piece);
  }
  return text;
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}
