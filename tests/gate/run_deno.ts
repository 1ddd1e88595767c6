/** What a process said, and whether it ended well. */
export interface Ran {
  readonly success: boolean;
  /** Its standard output, without colours. */
  readonly output: string;
}

/** Runs this very Deno, which need not be on the PATH, and passes its output on as it comes. */
export async function runDeno(name: string, args: readonly string[]): Promise<Ran> {
  console.log(`\n=== ${name}: deno ${args.map((arg) => arg.length > 80 ? arg.slice(0, 80) + "…" : arg).join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    env: { NO_COLOR: "1" },
  }).spawn();
  const decoder = new TextDecoder();
  let output = "";
  for await (const bytes of child.stdout) {
    output += decoder.decode(bytes, { stream: true });
    await writeAll(bytes);
  }
  return { success: (await child.status).success, output };
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}
