import type { Codec } from "../../domain/ports/codec.ts";
import { OutMessage } from "./out_message.ts";

interface Joined {
  readonly frames: readonly Uint8Array[];
  readonly message: OutMessage;
}

/** So many different messages that start with the same frame are remembered. */
const REMEMBERED = 8;

/**
 * Joins frames into messages, once for all connections of a turn that are due the very same frames.
 *
 * Subscribers of the same channels get the same frames, so that in a fan-out nearly every message is one that was
 * joined before: then a connection costs a comparison of references in place of a copy of the bytes.
 */
export class MessageJoiner {
  readonly #joined = new Map<Uint8Array, Joined[]>();
  readonly #remembering: () => void;

  /** `remembering` is called when there is something to forget, at the end of the turn. */
  constructor(remembering: () => void) {
    this.#remembering = remembering;
  }

  /** The message of frames, shared. `frames` is not empty, and must not change later. */
  join(codec: Codec, frames: readonly Uint8Array[]): OutMessage {
    const first = frames[0]!;
    const known = this.#joined.get(first);
    const same = known?.find((joined) => isSame(joined.frames, frames));
    if (same) return same.message;
    const message = new OutMessage(codec.join(frames), codec);
    if (!known) {
      if (this.#joined.size === 0) this.#remembering();
      this.#joined.set(first, [{ frames, message }]);
    } else if (known.length < REMEMBERED) {
      known.push({ frames, message });
    }
    return message;
  }

  /** Forgets every message: at the end of a turn. */
  forget(): void {
    this.#joined.clear();
  }
}

function isSame(left: readonly Uint8Array[], right: readonly Uint8Array[]): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) {
    if (left[at] !== right[at]) return false;
  }
  return true;
}
