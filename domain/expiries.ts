/** What ends when: looked at by the time that has passed, not by how much there is. */

/** How exact an end is kept, in milliseconds: nothing ends too early, and so much too late at the most. */
const GRAIN_MS = 100;

/** Things that end at a time. One that is added again ends at the later said time alone. */
export class Expiries<T> {
  readonly #slots = new Map<number, Set<T>>();
  readonly #slotOf = new Map<T, number>();
  #passed: number;

  /** @param now milliseconds since 1970, as everywhere here */
  constructor(now: number) {
    this.#passed = Math.floor(now / GRAIN_MS);
  }

  /** How many things end some day. */
  get size(): number {
    return this.#slotOf.size;
  }

  /** Says when a thing ends; `undefined` for never. */
  set(thing: T, at: number | undefined): void {
    this.delete(thing);
    if (at === undefined) return;
    const slot = Math.max(Math.ceil(at / GRAIN_MS), this.#passed + 1);
    this.#slotOf.set(thing, slot);
    const things = this.#slots.get(slot);
    if (things) things.add(thing);
    else this.#slots.set(slot, new Set([thing]));
  }

  /** Forgets a thing. */
  delete(thing: T): void {
    const slot = this.#slotOf.get(thing);
    if (slot === undefined) return;
    this.#slotOf.delete(thing);
    const things = this.#slots.get(slot)!;
    things.delete(thing);
    if (things.size === 0) this.#slots.delete(slot);
  }

  /** Takes out what has ended by now, the earliest first but for those of one tenth of a second. */
  takeDue(now: number): readonly T[] {
    const last = Math.floor(now / GRAIN_MS);
    const due = this.#slotsTo(last).flatMap((slot) => [...this.#slots.get(slot) ?? []]);
    for (const thing of due) this.delete(thing);
    // Also where the clock was set back: what comes next ends by it.
    this.#passed = last;
    return due;
  }

  #slotsTo(last: number): readonly number[] {
    const elapsed = last - this.#passed;
    if (elapsed <= 0 || this.#slots.size === 0) return [];
    if (elapsed > this.#slots.size) return [...this.#slots.keys()].filter((slot) => slot <= last).sort((a, b) => a - b);
    return Array.from({ length: elapsed }, (_, at) => this.#passed + 1 + at);
  }
}
