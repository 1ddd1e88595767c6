/** Where the positions of a reader are kept, where no consumer group keeps them. */
import { dirname } from "node:path";
import type { Position } from "./position.ts";

/** Keeps the positions of one reader. */
export interface Checkpoints {
  /** The positions that were saved last, one a partition; none the first time. */
  load(): Promise<readonly Position[]>;
  /** Saves all positions. When it resolves they outlive the process, and what is kept is either these or the ones before. */
  save(positions: readonly Position[]): Promise<void>;
}

/**
 * Positions that live as long as the process: for tests, and for jobs that may begin anew.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryCheckpoints } from "@tidegate/tidegate/jobs";
 *
 * const checkpoints = memoryCheckpoints();
 * await checkpoints.save([{ topic: "chat", partition: 0, offset: 7 }]);
 * assertEquals(await checkpoints.load(), [{ topic: "chat", partition: 0, offset: 7 }]);
 * ```
 */
export function memoryCheckpoints(): Checkpoints {
  let kept: readonly Position[] = [];
  return {
    load: () => Promise.resolve(kept),
    save(positions) {
      kept = positions;
      return Promise.resolve();
    },
  };
}

/**
 * Positions in a file, written anew and put in the place of the one before in one step: a process or machine that dies leaves
 * either. One file a reader. Its folder is made where it is missing. Needs the permission to read and write the file and its
 * folder.
 *
 * `load` rejects where the file holds something else, and does not begin anew: what is read again is for the operator to say.
 *
 * @param path such as `./data/bridge.json`
 */
export function fileCheckpoints(path: string): Checkpoints {
  return {
    async load() {
      const text = await Deno.readTextFile(path).catch((error) => {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      });
      return text === undefined ? [] : readPositionsOf(path, text);
    },
    async save(positions) {
      await Deno.mkdir(dirname(path), { recursive: true });
      const next = `${path}.new`;
      using file = await Deno.open(next, { write: true, create: true, truncate: true });
      let rest = new TextEncoder().encode(JSON.stringify(positions) + "\n");
      while (rest.length > 0) rest = rest.subarray(await file.write(rest));
      await file.sync();
      await Deno.rename(next, path);
      // The name is in the folder: that has to be on the disk, too.
      using folder = await Deno.open(dirname(path));
      await folder.sync();
    },
  };
}

function readPositionsOf(path: string, text: string): Position[] {
  try {
    const positions: unknown = JSON.parse(text);
    if (!Array.isArray(positions) || !positions.every(isPosition)) throw new TypeError("it holds no positions");
    return positions;
  } catch (error) {
    throw new Error(
      `Cannot read positions from ${path}: ${(error as Error).message}; restore it, or delete it to begin anew`,
    );
  }
}

function isPosition(value: unknown): value is Position {
  const { topic, partition, offset } = (value ?? {}) as Partial<Position>;
  return typeof topic === "string" && Number.isSafeInteger(partition) && Number.isSafeInteger(offset);
}
