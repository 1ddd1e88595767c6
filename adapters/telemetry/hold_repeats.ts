/** What a flood of the same line costs: one line a second, and one a minute when it goes on. */

/** Lets a message through, with how often it was left out before; `undefined` where it is to be left out now. */
export type RepeatGate = (message: string, nowMs: number) => { readonly repeated: number } | undefined;

/** How a {@linkcode RepeatGate} is set up. */
export interface RepeatGateOptions {
  /** How long a message is held after it was let through, in milliseconds. */
  readonly holdMs: number;
  /** The same, at the longest, of a message that goes on: it is held for a quarter of the time since its first. */
  readonly longestHoldMs: number;
  /** When a message was not said for so long, in milliseconds, the next one is its first again. At least `holdMs`. */
  readonly quietMs: number;
  /** How many messages are remembered at most; the one let through longest ago is forgotten first. */
  readonly remembered: number;
  /** Told of a message that is forgotten with repeats that no later line could count. */
  readonly forgotten: (message: string, repeated: number) => void;
}

/** Makes a gate that remembers nothing yet. Its memory is bounded. */
export function holdRepeats(options: RepeatGateOptions): RepeatGate {
  const { holdMs, longestHoldMs, quietMs, remembered, forgotten } = options;
  const seen = new Map<string, { readonly since: number; readonly at: number; heard: number; left: number }>();
  return (message, nowMs) => {
    const last = seen.get(message);
    // A clock that was set back must not hold a message for longer than the time that it was set back by.
    const goesOn = last !== undefined && nowMs >= last.heard && nowMs - last.heard < quietMs;
    const since = goesOn ? last.since : nowMs;
    if (goesOn && nowMs - last.at < Math.max(holdMs, Math.min((nowMs - since) / 4, longestHoldMs))) {
      last.heard = nowMs;
      last.left++;
      return undefined;
    }
    seen.delete(message);
    seen.set(message, { since, at: nowMs, heard: nowMs, left: 0 });
    if (seen.size > remembered) {
      const [oldest, { left }] = seen.entries().next().value!;
      seen.delete(oldest);
      if (left > 0) forgotten(oldest, left);
    }
    return { repeated: last?.left ?? 0 };
  };
}
