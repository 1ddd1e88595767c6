/** Messages of several segments as messages of one. */
import { Malformed } from "./malformed.ts";
import { MOST, type Segment } from "./validate.ts";
import { ELEMENT, KIND, listWords, structWords } from "./wire_pointer.ts";

/** What a pointer points to, wherever that is. */
interface Target {
  readonly segment: Segment;
  readonly at: number;
  /** A struct pointer's kind and a list pointer's, and the upper half of the pointer. */
  readonly kind: number;
  readonly high: number;
}

/**
 * The same values in one segment. The message may be anyone's: what {@linkcode validate} refuses is refused here too, far pointers are
 * followed once (through one landing pad), and nothing larger than the segments together is made.
 *
 * @throws {Malformed} where the segments hold no such message
 */
export function flatten(segments: readonly Segment[]): Segment {
  const words = segments.reduce((sum, segment) => sum + segment.words, 0);
  const copy = new Copy(segments, words);
  copy.root();
  return { view: copy.view, bytes: new Uint8Array(copy.view.buffer), from: 0, words: copy.used };
}

class Copy {
  readonly view: DataView;
  /** Words of the copy so far. */
  used = 1;
  readonly #segments: readonly Segment[];
  readonly #words: number;

  constructor(segments: readonly Segment[], words: number) {
    this.#segments = segments;
    this.#words = words;
    this.view = new DataView(new ArrayBuffer(words * 8));
  }

  root(): void {
    const [first] = this.#segments;
    if (!first || first.words === 0) throw new Malformed("no root");
    const target = this.#follow(first, first.from);
    if (target?.kind !== KIND.struct) throw new Malformed("the root is no struct");
    this.#put(0, { target, depth: 1 });
  }

  /** What a pointer leads to; `undefined` where it is null. */
  #follow(segment: Segment, at: number): Target | undefined {
    const low = segment.view.getInt32(at, true);
    const high = segment.view.getUint32(at + 4, true);
    if (low === 0 && high === 0) return undefined;
    const kind = low & 3;
    if (kind === KIND.other) throw new Malformed("a capability");
    if (kind !== KIND.far) return { segment, at: at + 8 + (low >> 2) * 8, kind, high };
    const pad = this.#land({ low, high, words: (low & 4) === 0 ? 1 : 2 });
    const padLow = pad.segment.view.getInt32(pad.at, true);
    const padHigh = pad.segment.view.getUint32(pad.at + 4, true);
    if ((low & 4) === 0) {
      if ((padLow & 3) > KIND.list) throw new Malformed("a far pointer to another");
      return { segment: pad.segment, at: pad.at + 8 + (padLow >> 2) * 8, kind: padLow & 3, high: padHigh };
    }
    // A double far: the first word says where, the second what.
    if ((padLow & 7) !== KIND.far) throw new Malformed("a far pointer without its second half");
    const there = this.#land({ low: padLow, high: padHigh, words: 0 });
    const tag = pad.segment.view.getInt32(pad.at + 8, true);
    if ((tag & 3) > KIND.list || tag >> 2 !== 0) throw new Malformed("a far pointer without a tag");
    return { ...there, kind: tag & 3, high: pad.segment.view.getUint32(pad.at + 12, true) };
  }

  #land({ low, high, words }: { low: number; high: number; words: number }): { segment: Segment; at: number } {
    const segment = this.#segments[high];
    if (!segment) throw new Malformed("a far pointer to no segment");
    const at = segment.from + (low >>> 3) * 8;
    checkWithin(segment, { at, words });
    return { segment, at };
  }

  /** Copies what is at a target, and writes the pointer to it at a byte of the copy. */
  #put(pointerAt: number, { target, depth }: { target: Target; depth: number }): void {
    if (depth > MOST.depth) throw new Malformed(`more than ${MOST.depth} structs and lists within one another`);
    const { kind, high } = target;
    const element = high & 7;
    const isComposite = kind === KIND.list && element === ELEMENT.composite;
    const words = kind === KIND.struct ? structWords(high) : listWords(element, high >>> 3) + (isComposite ? 1 : 0);
    if (kind === KIND.list && element === ELEMENT.void && high >>> 3 > MOST.emptyElements) {
      throw new Malformed(`a list of ${high >>> 3} elements that take no space`);
    }
    const to = this.#copyWords(target, words);
    // A struct without words points at itself: a null pointer would be no struct at all.
    const offset = words === 0 && kind === KIND.struct ? -1 : (to - pointerAt) / 8 - 1;
    this.view.setInt32(pointerAt, (offset << 2) | kind, true);
    this.view.setUint32(pointerAt + 4, high, true);
    if (kind === KIND.struct) this.#putAll(target, { skip: high & 0xffff, count: high >>> 16, to, depth });
    else if (element === ELEMENT.pointer) this.#putAll(target, { skip: 0, count: high >>> 3, to, depth });
    else if (isComposite) this.#putElements(target, { words: words - 1, to, depth });
  }

  #putElements(target: Target, { words, to, depth }: { words: number; to: number; depth: number }): void {
    const low = target.segment.view.getUint32(target.at, true);
    const sizes = target.segment.view.getUint32(target.at + 4, true);
    const count = low >>> 2;
    const size = structWords(sizes);
    if ((low & 3) !== KIND.struct) throw new Malformed("a list of structs without a tag");
    if (count * size > words || (size === 0 && count > MOST.emptyElements)) {
      throw new Malformed("a list of structs that is larger than its pointer says");
    }
    if (sizes >>> 16 === 0) return;
    for (let index = 0; index < count; index++) {
      const skip = 1 + index * size + (sizes & 0xffff);
      this.#putAll(target, { skip, count: sizes >>> 16, to, depth });
    }
  }

  /** Follows the pointers that stand `skip` words after a target, which was copied to byte `to`. */
  #putAll(
    { segment, at }: Target,
    { skip, count, to, depth }: { skip: number; count: number; to: number; depth: number },
  ): void {
    for (let word = skip; word < skip + count; word++) {
      const target = this.#follow(segment, at + word * 8);
      if (target) this.#put(to + word * 8, { target, depth: depth + 1 });
    }
  }

  /** @returns the byte of the copy where they are now */
  #copyWords({ segment, at }: Target, words: number): number {
    checkWithin(segment, { at, words });
    if (this.used + words > this.#words) throw new Malformed("words that are reached twice");
    const to = this.used * 8;
    for (let byte = 0; byte < words * 8; byte += 8) {
      this.view.setBigUint64(to + byte, segment.view.getBigUint64(at + byte, true), true);
    }
    this.used += words;
    return to;
  }
}

function checkWithin({ from, words: all }: Segment, { at, words }: { at: number; words: number }): void {
  if (at < from || at + words * 8 > from + all * 8) throw new Malformed("a pointer out of bounds");
}
