/** The sessions of this node, by id and by user. */
import type { UserId } from "./channel.ts";
import type { Session } from "./session.ts";

/** Every session that has an identity. One a gateway. */
export class SessionRegistry {
  readonly #byId = new Map<string, Session>();
  readonly #byUser = new Map<UserId, number>();

  /** How many sessions there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** How many users have a session. */
  get users(): number {
    return this.#byUser.size;
  }

  /** How many sessions a user has. */
  countOf(user: UserId): number {
    return this.#byUser.get(user) ?? 0;
  }

  /** The session of an id. */
  find(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  add(session: Session): void {
    this.#byId.set(session.connection.session, session);
    this.#byUser.set(session.user, this.countOf(session.user) + 1);
  }

  /** Takes a session out; a second time is ignored. */
  remove(session: Session): void {
    if (!this.#byId.delete(session.connection.session)) return;
    const left = this.countOf(session.user) - 1;
    if (left > 0) this.#byUser.set(session.user, left);
    else this.#byUser.delete(session.user);
  }
}
