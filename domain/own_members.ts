/** What a node has to say of its own members, and what the log has of it. */
import { type Member, memberName } from "./presence_word.ts";

/** What the log has of a member. */
interface Logged {
  readonly member: Member;
  readonly sessions: number;
  readonly offset: number;
}

/** How many connections the log has of a member of whom that is not known. */
const UNKNOWN = -1;

/** A member, and how many connections it has. */
export interface Count {
  readonly member: Member;
  readonly sessions: number;
}

/**
 * The members of one node: who is here, beside what the log says of that. The difference is what is to be written, whatever made it: someone
 * came or went, an append failed, or others took this node for gone and removed what it had said.
 */
export class OwnMembers {
  readonly #isWritten: boolean;
  readonly #here = new Map<string, Count>();
  readonly #logged = new Map<string, Logged>();
  /** Who came or went: to be written at once. */
  readonly #due = new Set<string>();
  /** What may wait for the next heartbeat. */
  readonly #later = new Set<string>();
  /** Up to where the log was read. */
  #read = 0;

  /** @param isWritten whether there is a log to tell; else nothing is ever due */
  constructor({ isWritten }: { readonly isWritten: boolean } = { isWritten: true }) {
    this.#isWritten = isWritten;
  }

  /** How many members are here. */
  get size(): number {
    return this.#here.size;
  }

  /** Whether something is to be written at once. */
  get isDue(): boolean {
    return this.#due.size > 0;
  }

  /** One connection of a member more or less; returns how many there are now. */
  add(member: Member, connections: 1 | -1): number {
    const name = memberName(member);
    const before = this.#here.get(name)?.sessions ?? 0;
    const sessions = before + connections;
    if (sessions > 0) this.#here.set(name, { member, sessions });
    else this.#here.delete(name);
    if (this.#isWritten) this.#mark(name);
    return sessions;
  }

  /** Takes out what is to be written now: who came or went, and at a heartbeat everything that the log has not or has otherwise. */
  takeDue({ beat }: { readonly beat: boolean }): readonly Count[] {
    const names = [...this.#due, ...beat ? this.#later.difference(this.#due) : []];
    this.#due.clear();
    if (beat) this.#later.clear();
    return names.flatMap((name): readonly Count[] => {
      const logged = this.#logged.get(name);
      const here = this.#here.get(name);
      if ((here?.sessions ?? 0) === (logged?.sessions ?? 0)) return [];
      if (!here) return [{ member: logged!.member, sessions: 0 }];
      // From now on the log may have it.
      if (!logged) this.#logged.set(name, { member: here.member, sessions: UNKNOWN, offset: -1 });
      return [here];
    });
  }

  /** A record of it is in the log, which this node has written, or has read. */
  logged(count: Count, offset: number, how: "written" | "read"): void {
    const name = memberName(count.member);
    if (how === "written" && offset < this.#read) return;
    const known = this.#logged.get(name);
    if (known && known.offset > offset) return;
    if (how === "read" && count.sessions === 0) this.#logged.delete(name);
    else this.#logged.set(name, { ...count, offset });
    this.#mark(name);
  }

  /** Of a record it is not known whether the log has it: with the next heartbeat it is written again, or taken back. */
  unsure({ member }: Count): void {
    this.#later.add(memberName(member));
  }

  /** Up to where the log was read. */
  readTo(offset: number): void {
    this.#read = offset;
  }

  /** The log has lost what it had. */
  forget(): void {
    this.#logged.clear();
    for (const name of this.#here.keys()) this.#due.add(name);
  }

  /** Everything of which the log may have a record. */
  all(): readonly Member[] {
    const members = new Map([...this.#logged, ...this.#here].map(([name, { member }]) => [name, member]));
    return [...members.values()];
  }

  /** Keeps in mind what is to be written of a member; nothing of one who is not here, and of whom the log has nothing. */
  #mark(name: string): void {
    const here = this.#here.get(name)?.sessions ?? 0;
    const logged = this.#logged.get(name)?.sessions ?? 0;
    this.#due.delete(name);
    this.#later.delete(name);
    if (here !== logged) (here === 0 || logged === 0 ? this.#due : this.#later).add(name);
  }
}
