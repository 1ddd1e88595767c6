/** Those who want to know that something changed. */
export class Watchers {
  readonly #callbacks = new Set<() => void>();

  /** Calls back at every `tell()`. Returns how to stop that. */
  watch(changed: () => void): () => void {
    this.#callbacks.add(changed);
    return () => this.#callbacks.delete(changed);
  }

  tell(): void {
    for (const changed of [...this.#callbacks]) changed();
  }
}
