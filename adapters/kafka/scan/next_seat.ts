/** Whom a scan reads for next. */

/** Where a reader is. */
export interface Place {
  /** The next offset that it needs. */
  readonly position: number;
  /** The offset after the last one that it needs. */
  readonly to: number;
}

/**
 * Chooses, in turn, the next one in a sweep over the partition and the one that is nearest to its end.
 *
 * The sweep goes up from where it is and begins anew at the lowest place when nobody is above: it takes everyone along whom it meets, so
 * that a whole sweep costs one reading of the partition however many they are, and nobody waits for more than two of them. Who needs
 * little waits for less: for those that need less still, and as many fetches of the sweep.
 */
export class NextSeat {
  #head = -1;
  #sweeps = false;

  /** One of the places; `undefined` where there are none. */
  choose<P extends Place>(places: readonly P[]): P | undefined {
    this.#sweeps = !this.#sweeps;
    if (!this.#sweeps) return least(places, ({ position, to }) => to - position);
    const lowest = ({ position }: P) => position;
    const next = least(places.filter(({ position }) => position > this.#head), lowest) ?? least(places, lowest);
    if (next) this.#head = next.position;
    return next;
  }
}

function least<P>(places: readonly P[], size: (place: P) => number): P | undefined {
  let found: P | undefined;
  for (const place of places) if (found === undefined || size(place) < size(found)) found = place;
  return found;
}
