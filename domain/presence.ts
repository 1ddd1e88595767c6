/** Who is present, as one node knows it. */
import type { Channel } from "./channel.ts";
import type { Membership } from "./channel_index.ts";
import { type Count, OwnMembers } from "./own_members.ts";
import type { Batch, Outcome } from "./ports/log.ts";
import type { Effect } from "./ports/transport.ts";
import { PresenceFold } from "./presence_fold.ts";
import { type Member, memberName, parsePresence, type PresenceWord } from "./presence_word.ts";
import { PresenceWatchers } from "./presence_watchers.ts";
import { type PresenceChange, Roll } from "./roll.ts";
import { WholeTopic } from "./whole_topic.ts";

/** So many heartbeats a node writes in the time after which others take it for gone. */
const BEATS = 4;

/** What the presence of one node is made of. */
export interface PresenceOptions {
  /** The name of this run of this node: another run is another node. */
  readonly node: string;
  /** After so long a silence others take this node for gone, in milliseconds. */
  readonly expiryMs: number;
  /** Where nodes tell each other. Absent: there is no other node. */
  readonly topic?: string;
}

/**
 * The members of all nodes on the channels whose routes share them. Sessions enter and exit; its pipeline ({@linkcode keepPresence}) reads what
 * other nodes say, writes what is due, and tells the watchers.
 *
 * Its own members count at once, those of others when the log brings them.
 */
export class Presence {
  /** How far the topic was read; absent where there is no other node. */
  readonly topic: WholeTopic | undefined;
  /** The time between two heartbeats, in milliseconds. */
  readonly beatMs: number;
  readonly #node: string;
  readonly #expiryMs: number;
  readonly #roll = new Roll();
  readonly #fold: PresenceFold;
  readonly #own: OwnMembers;
  readonly #watchers = new PresenceWatchers();
  readonly #entered = new Set<Membership>();
  /** What watchers were not told yet. */
  readonly #changes = new Map<string, PresenceChange>();
  /** The number of the next heartbeat: those that were due and not written count. */
  #beat = 1;
  #beatDue = true;
  #hasLeft = false;

  constructor({ node, expiryMs, topic }: PresenceOptions) {
    this.topic = topic === undefined ? undefined : new WholeTopic(topic);
    this.beatMs = expiryMs / BEATS;
    this.#own = new OwnMembers({ isWritten: topic !== undefined });
    this.#node = node;
    this.#expiryMs = expiryMs;
    this.#fold = new PresenceFold({ node, beatMs: this.beatMs, expiryMs }, this.#roll);
  }

  /** How many members there are on all nodes, and how many nodes, this one among them. */
  get size(): { readonly members: number; readonly nodes: number } {
    return { members: this.#roll.size, nodes: 1 + this.#fold.living };
  }

  /** Whether someone is here, or was a moment ago: whether what sessions do can be of interest. */
  get isBusy(): boolean {
    return this.#own.size > 0 || this.#own.isDue || this.#changes.size > 0;
  }

  /** Why it cannot be said who is present; `undefined` where it can. */
  get problem(): string | undefined {
    return this.topic?.isWhole === false ? "still reading who is present" : undefined;
  }

  /** A subscription is live. With `watches` it is told who joins and leaves from now on. */
  enter(membership: Membership, { watches }: { readonly watches: boolean }): void {
    if (this.#entered.has(membership)) return;
    this.#entered.add(membership);
    this.watch(membership, watches);
    this.#count(membership, 1);
  }

  /** Begins or ends telling a subscription that has entered. */
  watch(membership: Membership, watches: boolean): void {
    if (watches && this.#entered.has(membership)) this.#watchers.add(membership);
    else this.#watchers.remove(membership);
  }

  /** A subscription has ended. One that has not entered is ignored. */
  exit(membership: Membership): void {
    if (!this.#entered.delete(membership)) return;
    this.#watchers.remove(membership);
    this.#count(membership, -1);
  }

  /** The users of a channel, each with the number of their connections, in the order in which they came. */
  present(channel: Channel): { user: string; sessions: number }[] {
    return this.#roll.present(channel);
  }

  /** Takes what is to be told to watchers now. Someone who left and came back meanwhile has done neither. */
  takeNews(): readonly Effect[] {
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    return changes.flatMap((change) => this.#watchers.tell(change));
  }

  /** Takes a batch of the topic; returns how many of its records are none of presence, and how many nodes it has made gone by their silence. */
  take(batch: Batch): { readonly foreign: number; readonly expired: number } {
    const before = this.#fold.expired;
    let foreign = 0;
    if (batch.partition === 0) {
      if (batch.lost !== undefined) this.#forget();
      for (const { key, value, offset } of batch.records) {
        const word = parsePresence({ key, value });
        if (word) this.#read(word, offset);
        else foreign++;
      }
      this.#own.readTo(batch.to);
    }
    this.topic?.take(batch);
    return { foreign, expired: this.#fold.expired - before };
  }

  /** A heartbeat is to be written, and what waits for one. */
  beat(): void {
    this.#beat++;
    this.#beatDue = true;
  }

  /** Whether something is to be written now: nothing before all was read, nor after the farewell. */
  get isDue(): boolean {
    return this.topic?.isWhole === true && !this.#hasLeft && (this.#beatDue || this.#own.isDue);
  }

  /** Takes what is to be written now, in order. */
  takeDue(): readonly PresenceWord[] {
    if (!this.isDue) return [];
    const beat = this.#beatDue;
    this.#beatDue = false;
    const members = this.#own.takeDue({ beat }).map((count) => this.#wordOf(count));
    if (!beat) return members;
    const alive: PresenceWord = { kind: "beat", node: this.#node, beat: this.#beat, expiryMs: this.#expiryMs };
    return [alive, ...members, ...this.#fold.burials()];
  }

  /** Takes what became of a word that was written. */
  written(word: PresenceWord, outcome: Outcome): void {
    if (word.kind !== "member" || word.node !== this.#node) return;
    if (outcome.kind === "appended") this.#own.logged(word, outcome.offset, "written");
    else this.#own.unsure(word);
  }

  /** What takes this node and its members out of the log; it writes nothing after that. */
  farewell(): readonly PresenceWord[] {
    this.#hasLeft = true;
    if (!this.topic?.isWhole) return [];
    return [
      ...this.#own.all().map((member) => this.#wordOf({ member, sessions: 0 })),
      { kind: "gone", node: this.#node },
    ];
  }

  #wordOf(count: Count): PresenceWord {
    return { kind: "member", node: this.#node, ...count };
  }

  #count({ channel, subscriber: { user } }: Membership, connections: 1 | -1): void {
    const member: Member = { channel, user };
    const sessions = this.#own.add(member, connections);
    this.#note(this.#roll.set(member, { node: this.#node, sessions }));
  }

  #read(word: PresenceWord, offset: number): void {
    if (word.node === this.#node) {
      if (word.kind === "member") this.#own.logged(word, offset, "read");
    }
    for (const change of this.#fold.take(word)) this.#note(change);
  }

  /** The log has lost what the roll was made of: every node says it again. */
  #forget(): void {
    for (const change of this.#fold.clear()) this.#note(change);
    this.#own.forget();
    this.#beatDue = true;
  }

  #note(change: PresenceChange | undefined): void {
    if (!change || this.problem !== undefined) return;
    const name = memberName(change);
    // Those whom the opposite was to be told may be gone: it is taken back all the same.
    if (!this.#changes.delete(name) && this.#watchers.has(change.channel)) this.#changes.set(name, change);
  }
}
