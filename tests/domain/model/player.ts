/** One client of the model: what it asked, what it got, and whether that is what it was promised. */
import { assert, assertEquals } from "@std/assert";
import type { ClientFrame, ConnectFrame, ServerFrame } from "../../../domain/frame.ts";
import { partitionOf } from "../../../domain/partitioner.ts";
import type { TestClient } from "../../../testing/mod.ts";
import { type Entry, type Ledger, sameName } from "./ledger.ts";
import { indexOf, offsetOf, type Since, textOf, Watch } from "./watch.ts";

/** The partitions of each of the model's topics. */
export const PARTITIONS = 2;

/** A place to go on from, as a client keeps it. */
export interface Kept extends Since {
  readonly cursor: string;
}

/** A message that a person sends, and sends again until it is answered. */
export interface Message {
  readonly channel: string;
  readonly text: string;
  readonly messageId: string | undefined;
  /** The client that it is under way on; absent where it is to be sent again. */
  on?: Player;
}

/** What outlives a connection: the person's cursors and unanswered messages. */
export interface Person {
  readonly user: string;
  readonly cursors: Map<string, Kept>;
  /** The last ones that were in the middle of what a record became: somebody can always have stopped there. */
  readonly middles: Map<string, Kept>;
  /** In the order in which they were first sent. */
  unanswered: Message[];
}

interface Request {
  readonly frame: ClientFrame;
  readonly watch?: Watch;
  readonly message?: Message;
  /** Whether it must be answered as a duplicate, or must not; absent where both may be. */
  readonly duplicate?: boolean;
  /** How many offsets the partition had, where all was quiet. */
  readonly high: number;
  answers: number;
}

/** The partition of a channel. */
export function placeOf(channel: string): { topic: string; partition: number; key: string } {
  const [kind, key] = channel.split(":") as [string, string];
  return {
    topic: kind === "chat" ? "chat" : "direct",
    partition: partitionOf("murmur2", { key, partitions: PARTITIONS }),
    key,
  };
}

/** A client, checked frame by frame. */
export class Player {
  readonly client: TestClient;
  readonly node: number;
  readonly person: Person;
  readonly #ledger: Ledger;
  readonly #requests = new Map<number, Request>();
  readonly #watches = new Map<string, Watch>();
  #read = 0;
  #ids = 0;
  #connected = false;
  /** Whether the client is still there. */
  present = true;

  constructor(client: TestClient, made: { node: number; person: Person; ledger: Ledger }) {
    this.client = client;
    this.node = made.node;
    this.person = made.person;
    this.#ledger = made.ledger;
  }

  get user(): string {
    return this.person.user;
  }

  /** Whether what it says is read now: it is connected, and the gateway does not keep it from writing. */
  get isHeard(): boolean {
    return this.#connected && this.client.reading.at(-1) !== "pause";
  }

  /** Whether a message of its person is under way on another connection: then there is no order to keep. */
  get isElsewhere(): boolean {
    return this.person.unanswered.some(({ on }) => on?.present && on !== this);
  }

  /** The user's own channel is subscribed to by itself, from where it is when the connection opens to a node that is ready. */
  opens(from: { since: Kept | undefined; isReady: boolean }): void {
    const channel = `user:${this.user}`;
    const { number, high } = this.#ledger.now(placeOf(channel));
    const opened = from.isReady ? { life: number, offset: high - 1, index: 0, isFirm: false } : undefined;
    this.#watches.set(channel, this.#watch(channel, from.since ?? opened));
  }

  ask(frame: Exclude<ClientFrame, ConnectFrame>, about: { message?: Message; duplicate?: boolean } = {}): void {
    const id = ++this.#ids;
    const high = "channel" in frame ? this.#ledger.now(placeOf(frame.channel)).high : 0;
    this.#requests.set(id, { frame, ...about, high, answers: 0 });
    this.client.send({ ...frame, id });
  }

  subscribe(channel: string, since: Kept | "earliest" | undefined): void {
    const frame: ClientFrame = {
      type: "subscribe",
      id: ++this.#ids,
      channel,
      ...(since ? { since: since === "earliest" ? since : since.cursor } : {}),
    };
    const isNew = !this.#watches.has(channel) && (!channel.startsWith("user:") || channel === `user:${this.user}`);
    const { number, life, high } = this.#ledger.now(placeOf(channel));
    const from = since === "earliest" ? { life: number, offset: life.low - 1, index: 0, isFirm: true } : since;
    const watch = isNew ? this.#watch(channel, from) : undefined;
    if (watch) this.#watches.set(channel, watch);
    this.#requests.set(this.#ids, { frame, ...(watch ? { watch } : {}), high, answers: 0 });
    this.client.send(frame);
  }

  /** Reads what has come, and checks it. */
  read(): void {
    if (!this.present) return;
    const { received } = this.client;
    while (this.#read < received.length) this.#take(received[this.#read++]!);
    if (this.client.closed === undefined) return;
    assert(["slow_consumer", "limit_exceeded", "log_unavailable"].includes(this.client.closed.name));
    this.present = false;
  }

  /** Checks, where all is quiet, that every live subscription has got everything. */
  isCaughtUp(): void {
    for (const watch of this.#watches.values()) watch.isCaughtUp();
  }

  /** Checks, at the end, that every request has its one answer, and every subscription is live. */
  isAnswered(): void {
    for (const { frame, answers } of this.#requests.values()) assertEquals(answers, 1, JSON.stringify(frame));
    for (const [channel, watch] of this.#watches) assert(watch.isLive, `${channel} is not live`);
  }

  #watch(channel: string, since: Since | undefined): Watch {
    const { key, ...place } = placeOf(channel);
    return new Watch({
      ledger: this.#ledger,
      channel,
      place,
      key,
      session: this.client.session,
      ...(since ? { since } : {}),
    });
  }

  #take(told: ServerFrame): void {
    if (told.type === "publication") return this.#publication(told);
    if (told.type === "connected") {
      this.#connected = true;
      assertEquals(told.subscriptions.map(({ channel }) => channel), [`user:${this.user}`]);
      for (const subscription of told.subscriptions) this.#answered(subscription);
      return;
    }
    if (told.type === "gap") {
      const watch = this.#watches.get(told.channel);
      assert(watch?.isLive, "a gap of a channel that is not live");
      watch.gap(told);
      return this.#keep(told.channel, told.cursor);
    }
    assert("id" in told, `a frame that was not asked for: ${JSON.stringify(told)}`);
    const request = this.#requests.get(told.id ?? 0);
    assert(request && request.answers++ === 0, `a second answer, or to nothing: ${JSON.stringify(told)}`);
    if (told.type === "subscribed") return this.#answered(told);
    if (told.type === "unsubscribed") return void this.#watches.delete(told.channel);
    if (told.type === "published") return this.#published(told, request);
    if (told.type === "history") return this.#history(told, request);
    if (told.type === "error") return this.#refused(told, request);
    assertEquals(told.type === "pong" ? "ping" : told.type, request.frame.type);
  }

  #publication({ publication }: ServerFrame & { type: "publication" }): void {
    const watch = this.#watches.get(publication.channel);
    assert(watch, `a publication of ${publication.channel}, which ${this.user} is not subscribed to`);
    watch.publication(publication);
    this.#keep(publication.channel, publication.cursor);
  }

  #answered(told: { channel: string; cursor: string; recovered: boolean; reason?: string }): void {
    const watch = this.#watches.get(told.channel);
    assert(watch, `an answer for ${told.channel}`);
    watch.answered(told);
    this.#keep(told.channel, told.cursor);
  }

  #keep(channel: string, cursor: string): void {
    const life = this.#watches.get(channel)?.position?.life;
    const isFirm = !cursor.endsWith(".0");
    const kept = { cursor, life, offset: offsetOf(cursor), index: indexOf(cursor), isFirm };
    const { cursors, middles } = this.person;
    cursors.set(channel, kept);
    if (kept.index > 0) middles.set(channel, kept);
  }

  #published(told: ServerFrame & { type: "published" }, { message, duplicate }: Request): void {
    assert(message);
    this.person.unanswered = this.person.unanswered.filter((other) => other !== message);
    const { key, ...place } = placeOf(message.channel);
    assertEquals(told.partition, place.partition);
    const names = { key, text: message.text, time: 0, sender: this.user, session: undefined, to: undefined };
    const isIt = (entry: Entry | undefined) =>
      entry?.text === message.text && entry.sender === this.user && entry.key === key &&
      (message.messageId === undefined || sameName(entry, { ...names, messageId: message.messageId }));
    const found = this.#ledger.lives(place).some(({ entries }) => isIt(entries[told.offset]));
    assert(found, `published, and not in the log: ${message.text}`);
    if (duplicate !== undefined) assertEquals(told.duplicate, duplicate, `a duplicate or not: ${message.text}`);
    if (place.topic !== "direct" || key === this.user) return;
    const isCopy = ({ entry }: { entry: Entry }) =>
      entry.key === this.user && entry.to === message.channel && entry.text === message.text;
    assert([...this.#ledger.all()].some(isCopy), `published, and the sender's copy is not in the log: ${message.text}`);
  }

  #refused(told: ServerFrame & { type: "error" }, { frame, watch, message }: Request): void {
    const { code } = told.failure;
    assert(code !== "internal" && code !== "bad_request", told.failure.message);
    if (message) delete message.on;
    // The pipeline will not have it: it is not sent again.
    const isOver = code === "rejected" || code === "dropped";
    if (isOver) this.person.unanswered = this.person.unanswered.filter((other) => other !== message);
    if (!("channel" in frame)) return;
    const isForeign = frame.channel.startsWith("user:") && frame.channel !== `user:${this.user}`;
    assertEquals(code === "forbidden", isForeign && frame.type !== "publish" && frame.type !== "unsubscribe");
    if (watch && this.#watches.get(frame.channel) === watch) this.#watches.delete(frame.channel);
  }

  #history(told: ServerFrame & { type: "history" }, { frame, high }: Request): void {
    assert(frame.type === "history");
    const { key, ...place } = placeOf(told.channel);
    const { number: life, life: { low } } = this.#ledger.now(place);
    const before = frame.before === undefined
      ? undefined
      : { offset: offsetOf(frame.before), index: indexOf(frame.before) };
    const end = Math.min(before ? before.offset : high, high);
    const due = this.#ledger.due({ place, key, life, after: low - 1, before: end + 1 }).flatMap((entry) => {
      const copies = this.#ledger.copies(entry.text);
      // Of the record that the cursor is of, what is before the cursor's own publication.
      const count = entry.offset < end ? copies : before ? (before.index || copies) - 1 : 0;
      return Array.from({ length: Math.min(count, copies) }, () => entry);
    });
    const shown = told.publications.map(textOf);
    const mayShow = (text: string | null) => due.some((entry) => entry.text === text);
    const ambiguous = shown.filter((text) => !mayShow(text)).length;
    assertEquals(
      shown.filter(mayShow),
      due.map(({ text }) => text).slice(Math.max(0, due.length - (frame.limit ?? 50) + ambiguous)),
      `history of ${told.channel} before ${end}`,
    );
    if (!told.more) assertEquals(shown.filter(mayShow).length, due.length, "history ends too early");
  }
}
