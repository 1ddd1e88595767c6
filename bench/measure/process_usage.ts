/** What a process uses, as Linux says it in /proc. */

/** Clock ticks a second: 100 on every Linux that Deno and Node run on. */
const TICKS_PER_SECOND = 100;

/**
 * Seconds of a core, user and system, that a process and its children have used until now.
 *
 * @throws {Error} where there is no such process, or no /proc
 */
export function cpuSeconds(pid: number): number {
  const stat = readProc(pid, "stat");
  // The name, in parentheses, may hold spaces: the fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
  const running = childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), 0);
  return (user! + system! + childUser! + childSystem!) / TICKS_PER_SECOND + running;
}

/**
 * Bytes of memory that a process and its children have in RAM (RSS).
 *
 * @throws {Error} where there is no such process, or no /proc
 */
export function residentBytes(pid: number): number {
  const own = Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, "status"))?.[1] ?? 0) * 1024;
  return childrenOf(pid).reduce((sum, child) => sum + residentBytes(child), own);
}

function childrenOf(pid: number): number[] {
  return readProc(pid, `task/${pid}/children`).split(" ").filter(Boolean).map(Number);
}

function readProc(pid: number, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch (error) {
    throw new Error(`Cannot measure process ${pid}: /proc/${pid}/${file} cannot be read`, { cause: error });
  }
}
