/**
 * Free ports of 127.0.0.1, below the range that the system gives to outgoing connections: a client that keeps
 * connecting to a stopped broker in that range can end up connected to itself.
 */
export function freePorts(count: number): number[] {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries++) {
    if (tries > 1000) throw new Error(`Cannot find ${count} free ports between 15000 and 30000`);
    const port = 15000 + Math.floor(Math.random() * 15000);
    if (isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
