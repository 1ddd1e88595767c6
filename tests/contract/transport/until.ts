/**
 * Waits until a condition holds, looking every few milliseconds.
 *
 * @throws {Error} when it does not hold within 15 seconds
 */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!await condition()) {
    if (performance.now() > deadline) throw new Error(`Cannot wait any longer until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
