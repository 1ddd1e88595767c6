/** The sessions of this node, by id, by user and by token, and when they end. */
import type { UserId } from "./channel.ts";
import { Expiries } from "./expiries.ts";
import { LeanSet } from "./lean_set.ts";
import type { Identity } from "./ports/authenticator.ts";
import type { Session } from "./session.ts";

/** Every session that has an identity. One a gateway. */
export class SessionRegistry {
  readonly #byId = new Map<string, Session>();
  readonly #byUser = new Map<UserId, LeanSet<Session>>();
  readonly #byToken = new Map<string, LeanSet<Session>>();
  readonly #expiries: Expiries<Session>;

  /** @param now the time, in milliseconds since 1970 */
  constructor(now = 0) {
    this.#expiries = new Expiries(now);
  }

  /** How many sessions there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** How many users have a session. */
  get users(): number {
    return this.#byUser.size;
  }

  /** How many sessions have an identity that ends. */
  get expiring(): number {
    return this.#expiries.size;
  }

  /** How many sessions a user has. */
  countOf(user: UserId): number {
    return this.#byUser.get(user)?.size ?? 0;
  }

  /** The session of an id. */
  find(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  /** The sessions of a user. */
  ofUser(user: UserId): readonly Session[] {
    return [...this.#byUser.get(user) ?? []];
  }

  /** The sessions whose identities come from a token of an id. */
  ofToken(token: string): readonly Session[] {
    return [...this.#byToken.get(token) ?? []];
  }

  add(session: Session): void {
    this.#byId.set(session.connection.session, session);
    put(this.#byUser, session.user, session);
    this.#keepToken(session);
  }

  /** Gives a session another identity of its user. Ignored for one that was taken out. */
  renew(session: Session, identity: Identity): void {
    if (this.#byId.get(session.connection.session) !== session) return;
    this.#dropToken(session);
    session.identity = identity;
    this.#keepToken(session);
  }

  /** Takes a session out; a second time is ignored. */
  remove(session: Session): void {
    if (!this.#byId.delete(session.connection.session)) return;
    drop(this.#byUser, session.user, session);
    this.#dropToken(session);
  }

  /** The sessions whose identities have ended by now; each is told once. */
  takeExpired(now: number): readonly Session[] {
    return this.#expiries.takeDue(now);
  }

  #keepToken(session: Session): void {
    const { token, expiresAt } = session.identity;
    if (token !== undefined) put(this.#byToken, token, session);
    this.#expiries.set(session, expiresAt);
  }

  #dropToken(session: Session): void {
    const { token } = session.identity;
    if (token !== undefined) drop(this.#byToken, token, session);
    this.#expiries.delete(session);
  }
}

function put<Key>(map: Map<Key, LeanSet<Session>>, key: Key, session: Session): void {
  const sessions = map.get(key) ?? new LeanSet();
  sessions.add(session);
  map.set(key, sessions);
}

function drop<Key>(map: Map<Key, LeanSet<Session>>, key: Key, session: Session): void {
  const sessions = map.get(key);
  sessions?.delete(session);
  if (sessions?.size === 0) map.delete(key);
}
