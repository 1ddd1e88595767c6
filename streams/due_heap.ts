interface Due<T> {
  readonly at: number;
  /** What was added first goes first among equals. */
  readonly order: number;
  readonly value: T;
}

/** Values by the time when they are due: the next one, and adding one, in logarithmic time. A binary heap. */
export class DueHeap<T> {
  readonly #dues: Due<T>[] = [];
  #order = 0;

  /** When the next value is due; `undefined` where there is none. */
  get next(): number | undefined {
    return this.#dues[0]?.at;
  }

  push(at: number, value: T): void {
    const dues = this.#dues;
    const due = { at, order: this.#order++, value };
    let place = dues.push(due) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (isBefore(dues[parent]!, due)) break;
      dues[place] = dues[parent]!;
      place = parent;
    }
    dues[place] = due;
  }

  /** Takes out the value that is due next. */
  shift(): T | undefined {
    const dues = this.#dues;
    const first = dues[0];
    const last = dues.pop();
    if (first === undefined || last === undefined || dues.length === 0) return first?.value;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child + 1 < dues.length && isBefore(dues[child + 1]!, dues[child]!)) child++;
      if (child >= dues.length || isBefore(last, dues[child]!)) break;
      dues[place] = dues[child]!;
      place = child;
    }
    dues[place] = last;
    return first.value;
  }
}

function isBefore(one: Due<unknown>, other: Due<unknown>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
