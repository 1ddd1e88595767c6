/**
 * Resolves when a condition holds; it is looked at every few milliseconds.
 *
 * @throws {Error} that says what was waited for, where it does not hold in time
 */
export async function until(
  what: string | (() => string),
  condition: () => boolean | Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  for (const end = performance.now() + withinMs; !await condition();) {
    if (performance.now() > end) {
      throw new Error(`Waited ${withinMs / 1000} s until ${typeof what === "string" ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
