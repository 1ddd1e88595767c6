/** Publishes that could not be appended, with others of their session and channel on their way behind them. */
import type { Channel } from "./channel.ts";
import type { Session } from "./session.ts";

interface Setback {
  /** How many there were. */
  readonly count: number;
  /** Until when what comes behind the last one is refused, in milliseconds since 1970. */
  readonly until: number;
}

const NONE: Setback = { count: 0, until: -Infinity };

/**
 * How often a session's publishes to a channel met with a setback, and when the last one was, so that those that came behind it - they are
 * still in a pipeline, or were sent before the client heard of it - are not written in front of the one that is to be sent again. Keeps
 * nothing of sessions that have ended.
 */
export class Setbacks {
  readonly #setbacks = new WeakMap<Session, Map<Channel, Setback>>();

  /** How many there were. */
  count(session: Session, channel: Channel): number {
    return this.#of(session, channel).count;
  }

  /** Whether a publish that comes now is behind one that could not be written. */
  isBehind(session: Session, channel: Channel, now: number): boolean {
    return now < this.#of(session, channel).until;
  }

  /** Notes one more; what comes before a time is behind it. */
  add(session: Session, channel: Channel, until: number): void {
    const setbacks = this.#setbacks.get(session) ?? new Map<Channel, Setback>();
    this.#setbacks.set(session, setbacks);
    setbacks.set(channel, { count: this.count(session, channel) + 1, until });
  }

  #of(session: Session, channel: Channel): Setback {
    return this.#setbacks.get(session)?.get(channel) ?? NONE;
  }
}
