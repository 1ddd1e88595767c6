/** Publishes that could not be appended, with others of their session and channel on their way behind them. */
import type { Channel } from "./channel.ts";
import type { Session } from "./session.ts";

/**
 * How often a session's publishes to a channel met with a setback, so that those that came before it, and are still in a pipeline, are
 * not written in front of the one that is to be sent again. Keeps nothing of sessions that have ended.
 */
export class Setbacks {
  readonly #counts = new WeakMap<Session, Map<Channel, number>>();

  /** How many there were. */
  count(session: Session, channel: Channel): number {
    return this.#counts.get(session)?.get(channel) ?? 0;
  }

  /** Notes one more. */
  add(session: Session, channel: Channel): void {
    const counts = this.#counts.get(session) ?? new Map<Channel, number>();
    this.#counts.set(session, counts);
    counts.set(channel, this.count(session, channel) + 1);
  }
}
