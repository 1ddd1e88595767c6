/** The blocks that were used lately, of all partitions of a log. */
import type { Block, BlockPart } from "./block.ts";

/** The blocks of one partition. */
export interface BlockShelf {
  /** A block that a reader can go on with, which counts as used. One that is too old is forgotten: compaction or retention go on. */
  find(part: BlockPart): Block | undefined;
  /** Keeps a block; others that were used longest ago are forgotten where there are too many bytes. */
  add(block: Block): void;
  /** Forgets all of its blocks but those of a life. */
  keepOnly(life: string | undefined): void;
}

/** Blocks in memory, bounded over all partitions. */
export class BlockCache {
  readonly #most: number;
  readonly #keptMs: number;
  /** The one that was used longest ago comes first. */
  readonly #blocks = new Map<Block, { readonly shelf: Set<Block>; readonly until: number }>();
  #bytes = 0;

  /**
   * @param options.bytes how much is kept at the most; the newest block is kept whatever its size
   * @param options.keptMs how long a block is kept at the most, in milliseconds
   */
  constructor({ bytes, keptMs }: { readonly bytes: number; readonly keptMs: number }) {
    this.#most = bytes;
    this.#keptMs = keptMs;
  }

  /** About how many bytes are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Makes room for the blocks of one more partition. */
  shelf(): BlockShelf {
    const shelf = new Set<Block>();
    return {
      find: (part) => {
        const now = performance.now();
        for (const block of shelf) {
          if (!block.serves(part)) continue;
          const kept = this.#blocks.get(block)!;
          if (kept.until < now) {
            this.#forget(block);
            continue;
          }
          this.#blocks.delete(block);
          this.#blocks.set(block, kept);
          return block;
        }
        return undefined;
      },
      add: (block) => {
        shelf.add(block);
        this.#blocks.set(block, { shelf, until: performance.now() + this.#keptMs });
        this.#bytes += block.bytes;
        for (const oldest of this.#blocks.keys()) {
          if (this.#bytes <= this.#most || oldest === block) break;
          this.#forget(oldest);
        }
      },
      keepOnly: (life) => {
        for (const block of shelf) if (block.life !== life) this.#forget(block);
      },
    };
  }

  #forget(block: Block): void {
    this.#blocks.get(block)?.shelf.delete(block);
    this.#blocks.delete(block);
    this.#bytes -= block.bytes;
  }
}
