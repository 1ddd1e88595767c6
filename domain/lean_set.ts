/** A set that nearly always has one member: as `LeanMap`, it keeps one itself, and takes a `Set` only for more of them. */
export class LeanSet<Member extends object> {
  #one: Member | undefined;
  #more: Set<Member> | undefined;

  /** How many members there are. */
  get size(): number {
    return this.#more?.size ?? (this.#one ? 1 : 0);
  }

  /** Whether something is a member. */
  has(member: Member): boolean {
    return this.#more?.has(member) ?? this.#one === member;
  }

  /** Adds a member; a second time is ignored. */
  add(member: Member): void {
    if (this.#more) this.#more.add(member);
    else if (!this.#one) this.#one = member;
    else if (this.#one !== member) {
      this.#more = new Set([this.#one, member]);
      this.#one = undefined;
    }
  }

  /** Takes a member out; false where it is none. */
  delete(member: Member): boolean {
    if (this.#more) return this.#more.delete(member);
    if (this.#one !== member) return false;
    this.#one = undefined;
    return true;
  }

  /** The members, in the order in which they came. */
  [Symbol.iterator](): IterableIterator<Member> {
    return this.#more?.values() ?? (this.#one ? [this.#one] : []).values();
  }
}
