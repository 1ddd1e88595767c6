/** The check that stands before every byte that is not ours. It knows no schema. */
import { Malformed } from "./malformed.ts";
import { ELEMENT, KIND, listWords, structWords } from "./wire_pointer.ts";

/** One segment that is a whole message: `words` words from byte `from`. */
export interface Segment {
  readonly view: DataView;
  /** The same bytes as `view`. */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly words: number;
}

/** What a message may be at the most. */
export const MOST = {
  /** Structs and lists within one another; the root is the first. */
  depth: 8,
  /** Elements of a list whose elements take no space: nothing else bounds them. */
  emptyElements: 4096,
} as const;

/**
 * Checks that whatever the bytes are read as, nothing outside of them is read and nothing twice: the root is a struct, there are no far
 * and no capability pointers, every pointer is within the segment, no more words are reached than there are, and neither the
 * depth nor the number of elements passes {@linkcode MOST}. Takes time linear in the size.
 *
 * @returns how many words are reached from the root, the root pointer among them
 * @throws {Malformed} where it is not so
 */
export function validate(segment: Segment): number {
  const walk = new Walk(segment);
  walk.root();
  return segment.words - walk.left;
}

class Walk {
  readonly #view: DataView;
  readonly #from: number;
  readonly #end: number;
  /** The words that were not reached yet: what is reached twice counts twice. */
  left: number;

  constructor({ view, from, words }: Segment) {
    this.#view = view;
    this.#from = from;
    this.#end = from + words * 8;
    this.left = words;
  }

  root(): void {
    this.#take(this.#from, 1);
    const low = this.#view.getInt32(this.#from, true);
    const isNull = low === 0 && this.#view.getUint32(this.#from + 4, true) === 0;
    if (isNull || (low & 3) !== KIND.struct) throw new Malformed("the root is no struct");
    this.#pointer(this.#from, 1);
  }

  #pointer(at: number, depth: number): void {
    const low = this.#view.getInt32(at, true);
    const high = this.#view.getUint32(at + 4, true);
    if (low === 0 && high === 0) return;
    if (depth > MOST.depth) throw new Malformed(`more than ${MOST.depth} structs and lists within one another`);
    const target = at + 8 + (low >> 2) * 8;
    const kind = low & 3;
    if (kind === KIND.struct) this.#struct(target, { sizes: high, depth });
    else if (kind === KIND.list) this.#list(target, { element: high & 7, count: high >>> 3, depth });
    else throw new Malformed(kind === KIND.far ? "a far pointer in one segment" : "a capability");
  }

  #struct(target: number, { sizes, depth }: { sizes: number; depth: number }): void {
    this.#take(target, structWords(sizes));
    this.#pointers(target + (sizes & 0xffff) * 8, { count: sizes >>> 16, depth });
  }

  #list(target: number, { element, count, depth }: { element: number; count: number; depth: number }): void {
    if (element === ELEMENT.composite) return this.#composite(target, { words: count, depth });
    if (element === ELEMENT.void) checkEmpty(count);
    this.#take(target, listWords(element, count));
    if (element === ELEMENT.pointer) this.#pointers(target, { count, depth });
  }

  #composite(tag: number, { words, depth }: { words: number; depth: number }): void {
    this.#take(tag, words + 1);
    const low = this.#view.getUint32(tag, true);
    const sizes = this.#view.getUint32(tag + 4, true);
    if ((low & 3) !== KIND.struct) throw new Malformed("a list of structs without a tag");
    const count = low >>> 2;
    const size = structWords(sizes);
    if (size === 0) checkEmpty(count);
    if (count * size > words) throw new Malformed("a list of structs that is larger than its pointer says");
    const pointers = sizes >>> 16;
    if (pointers === 0) return;
    for (let index = 0; index < count; index++) {
      this.#pointers(tag + 8 + (index * size + (sizes & 0xffff)) * 8, { count: pointers, depth });
    }
  }

  #pointers(first: number, { count, depth }: { count: number; depth: number }): void {
    for (let index = 0; index < count; index++) this.#pointer(first + index * 8, depth + 1);
  }

  /** Reaches words. */
  #take(at: number, words: number): void {
    if (at < this.#from || at + words * 8 > this.#end) throw new Malformed("a pointer out of bounds");
    this.left -= words;
    if (this.left < 0) throw new Malformed("words that are reached twice");
  }
}

function checkEmpty(count: number): void {
  if (count > MOST.emptyElements) throw new Malformed(`a list of ${count} elements that take no space`);
}
