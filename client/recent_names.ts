/** The last names that were seen, up to a number of them. */
export class RecentNames {
  readonly #names = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether a name is among the last ones; remembers it. */
  repeats(name: string): boolean {
    if (this.#names.has(name)) return true;
    this.#names.add(name);
    if (this.#names.size > this.#most) this.#names.delete(this.#names.values().next().value!);
    return false;
  }

  /** Forgets all. */
  clear(): void {
    this.#names.clear();
  }
}
