/** What a run took place on. */

/** The machine. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGb: number;
  readonly system: string;
  /** Processes that wanted to run in the last minute before: on a quiet machine, near 0. */
  readonly load: number;
}

/** Describes this machine. */
export function describeMachine(): Machine {
  const processor = /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? "unknown";
  return {
    cores: navigator.hardwareConcurrency,
    processor,
    memoryGb: Math.round(Deno.systemMemoryInfo().total / 1e9),
    system: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    load: Deno.loadavg()[0]!,
  };
}

/** Why nothing can be measured here; `undefined` where it can. */
export function whyNotHere(): string | undefined {
  if (Deno.build.os === "linux") return undefined;
  return `Cannot measure on ${Deno.build.os}: what a process uses is read from /proc, which Linux has; a container has it too`;
}

/**
 * Why runs with many connections cannot take place here, with the way out; `undefined` where they can.
 *
 * @param connections of one process
 */
export async function whyNotSoMany(connections: number): Promise<string | undefined> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  const said = new TextDecoder().decode(stdout).trim();
  // A server has a few files besides.
  const needed = connections + 200;
  if (said === "unlimited" || Number(said) >= needed) return undefined;
  return `Cannot open ${connections} connections: this shell lets a process have ${said} files; run \`ulimit -n ${needed}\` before`;
}
