/** Work that goes on until its log is closed. */

/** Keeps count of running tasks. */
export interface Background {
  /** Adds a task that ends by itself once its signal aborts. It must not reject. */
  run(task: Promise<void>): void;
  /** Resolves when no task is running. */
  ended(): Promise<void>;
}

/** No task is running yet. */
export function background(): Background {
  const running = new Set<Promise<void>>();
  return {
    run(task) {
      running.add(task);
      task.finally(() => running.delete(task));
    },
    async ended() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
