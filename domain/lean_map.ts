/**
 * A map that nearly always has one entry, of which there is one for each connection or channel: it keeps one entry itself, and takes a
 * `Map`, some 250 bytes, only for more of them.
 */
export class LeanMap<Key, Value> {
  #key: Key | undefined;
  /** Of the one entry; absent where there is none, and where there is a map. */
  #value: Value | undefined;
  #more: Map<Key, Value> | undefined;

  /** How many entries there are. */
  get size(): number {
    return this.#more?.size ?? (this.#value === undefined ? 0 : 1);
  }

  /** The value of a key. */
  get(key: Key): Value | undefined {
    return this.#more ? this.#more.get(key) : key === this.#key ? this.#value : undefined;
  }

  /** Whether there is an entry of a key. */
  has(key: Key): boolean {
    return this.get(key) !== undefined;
  }

  /** Sets the value of a key; it is not `undefined`. */
  set(key: Key, value: Value): void {
    if (this.#more) this.#more.set(key, value);
    else if (this.#value === undefined || this.#key === key) {
      this.#key = key;
      this.#value = value;
    } else {
      this.#more = new Map<Key, Value>([[this.#key as Key, this.#value], [key, value]]);
      this.#key = undefined;
      this.#value = undefined;
    }
  }

  /** Takes an entry out; false where there is none. */
  delete(key: Key): boolean {
    if (this.#more) return this.#more.delete(key);
    if (this.#value === undefined || this.#key !== key) return false;
    this.#key = undefined;
    this.#value = undefined;
    return true;
  }

  /** The values, in the order in which their keys came. What is taken out meanwhile, and was not reached, is left out. */
  values(): IterableIterator<Value> {
    return this.#more?.values() ?? (this.#value === undefined ? [] : [this.#value]).values();
  }

  /** The entries, in that order. */
  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    if (this.#more) return this.#more[Symbol.iterator]();
    const entries: [Key, Value][] = this.#value === undefined ? [] : [[this.#key as Key, this.#value]];
    return entries.values();
  }
}
