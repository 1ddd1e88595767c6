/** Bounds how many things are done at once. */

/** Runs tasks, at most so many at once; others wait in the order that they came. */
export interface Gate {
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** A gate that lets `places` tasks through at once. */
export function gate(places: number): Gate {
  const waiting: (() => void)[] = [];
  let free = places;
  return {
    async run(task) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    },
  };
}
