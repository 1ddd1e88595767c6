/** The fold of the presence topic: its records, in their order, to who is present. */
import { type Member, memberName, type PresenceWord } from "./presence_word.ts";
import type { PresenceChange, Roll } from "./roll.ts";

/** A record of them costs about a microsecond to make. */
const BURIALS_AT_ONCE = 10_000;

/** The node whose fold it is. */
export interface OwnNode {
  readonly node: string;
  /** The time between two of its heartbeats, in milliseconds. */
  readonly beatMs: number;
  /** How long it may be silent, and a node that has not said so itself, in milliseconds. */
  readonly expiryMs: number;
}

/** Another node, as the log tells of it. */
interface OtherNode {
  readonly members: Map<string, { readonly member: Member; readonly sessions: number }>;
  expiryMs: number;
  /** When it was last heard of, in the time of the fold. */
  heardAt: number;
  /** Whether its members are on the roll. */
  alive: boolean;
}

/**
 * What the other nodes say, put on the roll. Pure: the same records give the same roll, and it looks at no clock.
 *
 * Its time is counted by the heartbeats of its own node, as they come back by the log: one that is stopped, or cannot reach the log, sees no
 * time pass and takes nobody for gone. A node that others were read of so many beats ago as make its expiry is gone: its members leave; where it is
 * heard of again, those of them that the log still has are back.
 *
 * Where heartbeats of its own are missing for as long as the expiry, the log was away, and not for it alone: the others have one expiry more to find
 * their way back.
 */
export class PresenceFold {
  readonly #own: OwnNode;
  readonly #roll: Roll;
  readonly #nodes = new Map<string, OtherNode>();
  #now = 0;
  /** The number of its own heartbeat that was read last. */
  #beat: number | undefined;
  #expired = 0;

  constructor(own: OwnNode, roll: Roll) {
    this.#own = own;
    this.#roll = roll;
  }

  /** How many other nodes live. */
  get living(): number {
    return this.#nodes.values().reduce((count, { alive }) => count + Number(alive), 0);
  }

  /** How often another node was silent for too long. */
  get expired(): number {
    return this.#expired;
  }

  /** Takes a word of the log; returns what it changes, in order. Of its own node it counts heartbeats alone. */
  take(word: PresenceWord): readonly PresenceChange[] {
    if (word.node === this.#own.node) return word.kind === "beat" ? this.#pass(word.beat) : [];
    // Tombstones of members are written by others, too.
    const isLife = word.kind === "beat" || (word.kind === "member" && word.sessions > 0);
    const node = this.#nodes.get(word.node) ?? (isLife ? this.#meet(word.node) : undefined);
    if (!node) return [];
    if (word.kind === "gone") return this.#goodbye(word.node, node);
    if (word.kind === "beat") node.expiryMs = word.expiryMs;
    const back = isLife ? this.#hear(word.node, node) : [];
    if (word.kind === "beat") return back;
    const { member, sessions } = word;
    const name = memberName(member);
    if (sessions > 0) node.members.set(name, { member, sessions });
    else node.members.delete(name);
    const change = node.alive ? this.#roll.set(member, word) : undefined;
    return change ? [...back, change] : back;
  }

  /** Forgets all of it: the log has lost what it was made of. */
  clear(): readonly PresenceChange[] {
    const changes = [...this.#nodes].flatMap(([name, node]) => this.#call(name, node, false));
    this.#nodes.clear();
    return changes;
  }

  /**
   * The words that take what nodes that are gone have left behind out of the log, so that it stays small. Of the living, the one whose name comes first
   * says them; where it does not, after another expiry everyone. At most so many at once as do not hold others up: the next heartbeat goes on.
   */
  burials(): readonly PresenceWord[] {
    const living = [...this.#nodes].filter(([, { alive }]) => alive).map(([name]) => name);
    const isFirst = living.every((name) => this.#own.node < name);
    return [...this.#nodes].flatMap(([node, { alive, members, heardAt, expiryMs }]): PresenceWord[] => {
      if (alive || (!isFirst && this.#now - heardAt < 2 * expiryMs)) return [];
      const gone = Array.from(
        members.values(),
        ({ member }) => ({ kind: "member", node, member, sessions: 0 } as const),
      );
      return [...gone, { kind: "gone", node }];
    }).slice(0, BURIALS_AT_ONCE);
  }

  #meet(name: string): OtherNode {
    const node = { members: new Map(), expiryMs: this.#own.expiryMs, heardAt: this.#now, alive: false };
    this.#nodes.set(name, node);
    return node;
  }

  #hear(name: string, node: OtherNode): readonly PresenceChange[] {
    node.heardAt = this.#now;
    return node.alive ? [] : this.#call(name, node, true);
  }

  #goodbye(name: string, node: OtherNode): readonly PresenceChange[] {
    const changes = node.alive ? this.#call(name, node, false) : [];
    if (node.members.size === 0) this.#nodes.delete(name);
    return changes;
  }

  #pass(beat: number): readonly PresenceChange[] {
    const { beatMs, expiryMs } = this.#own;
    const missedMs = (beat - (this.#beat ?? beat)) * beatMs;
    this.#beat = beat;
    this.#now += beatMs;
    if (missedMs >= expiryMs) {
      this.#nodes.forEach((node) => node.heardAt = Math.max(node.heardAt, this.#now + expiryMs));
    }
    return [...this.#nodes].flatMap(([name, node]) => {
      if (!node.alive || this.#now - node.heardAt < node.expiryMs) return [];
      this.#expired++;
      return this.#call(name, node, false);
    });
  }

  /** Puts a node's members on the roll, or takes them off. */
  #call(node: string, other: OtherNode, alive: boolean): readonly PresenceChange[] {
    other.alive = alive;
    return [...other.members.values()].flatMap(({ member, sessions }) => {
      return this.#roll.set(member, { node, sessions: alive ? sessions : 0 }) ?? [];
    });
  }
}
