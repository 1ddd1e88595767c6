/** One line a second for each message: what a flood of the same line costs. */

/** Lets a message through, with how often it was left out before; `undefined` where it is to be left out now. */
export type RepeatGate = (message: string, nowMs: number) => { readonly repeated: number } | undefined;

/** How a {@linkcode RepeatGate} is set up. */
export interface RepeatGateOptions {
  /** How long a message is held after it was let through, in milliseconds. */
  readonly holdMs: number;
  /** How many messages are remembered at most; the one let through longest ago is forgotten first. */
  readonly remembered: number;
  /** Told of a message that is forgotten with repeats that no later line could count. */
  readonly forgotten: (message: string, repeated: number) => void;
}

/** Makes a gate that remembers nothing yet. Its memory is bounded. */
export function holdRepeats(options: RepeatGateOptions): RepeatGate {
  const { holdMs, remembered, forgotten } = options;
  const seen = new Map<string, { readonly at: number; left: number }>();
  return (message, nowMs) => {
    const last = seen.get(message);
    // A clock that was set back must not hold a message for longer than the time that it was set back by.
    if (last && nowMs >= last.at && nowMs - last.at < holdMs) {
      last.left++;
      return undefined;
    }
    seen.delete(message);
    seen.set(message, { at: nowMs, left: 0 });
    if (seen.size > remembered) {
      const [oldest, { left }] = seen.entries().next().value!;
      seen.delete(oldest);
      if (left > 0) forgotten(oldest, left);
    }
    return { repeated: last?.left ?? 0 };
  };
}
