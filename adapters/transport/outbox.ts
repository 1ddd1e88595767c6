/** The frames that wait for one connection, oldest first. */
export class Outbox {
  #frames: Uint8Array[] = [];
  #next = 0;
  #bytes = 0;
  readonly #separatorBytes: number;

  constructor(separatorBytes: number) {
    this.#separatorBytes = separatorBytes;
  }

  /** The size of what waits, with a separator for each frame. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether nothing waits. */
  get empty(): boolean {
    return this.#next === this.#frames.length;
  }

  /** Adds a frame at the end. */
  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.length + this.#separatorBytes;
  }

  /** Takes the frames of the next message: as many as stay under `maxBytes` together, and at least one. */
  take(maxBytes: number): readonly Uint8Array[] {
    const frames = this.#frames;
    let end = this.#next;
    let taken = 0;
    while (end < frames.length) {
      const bytes = frames[end]!.length + this.#separatorBytes;
      // A message of n frames has n - 1 separators.
      if (end > this.#next && taken + bytes - this.#separatorBytes >= maxBytes) break;
      taken += bytes;
      end++;
    }
    this.#bytes -= taken;
    const start = this.#next;
    if (end < frames.length) {
      this.#next = end;
      return frames.slice(start, end);
    }
    this.#frames = [];
    this.#next = 0;
    return start === 0 ? frames : frames.slice(start);
  }

  /** Drops everything. */
  clear(): void {
    this.#frames = [];
    this.#next = 0;
    this.#bytes = 0;
  }
}
