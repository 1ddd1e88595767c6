/** Two gateways on one log, their clients, and the rest of the world that can go wrong. */
import { assert, assertEquals } from "@std/assert";
import type { MemoryLog } from "../../../adapters/log/mod.ts";
import type { PublishFrame } from "../../../domain/frame.ts";
import {
  DEFAULT_ROUTES,
  type TestGateway,
  testGateway,
  type TestGatewayOptions,
  type VirtualClock,
} from "../../../testing/mod.ts";
import { CHANNELS, isEmpty, keepsOrder } from "./ending.ts";
import { Ledger, sameName, WINDOW } from "./ledger.ts";
import type { Pipes } from "./pipelines.ts";
import { type Kept, type Message, PARTITIONS, type Person, placeOf, Player } from "./player.ts";
import { REPLAY } from "./watch.ts";

const TOPICS = { chat: PARTITIONS, direct: PARTITIONS };
const MOST_CONNECTIONS = 4;

/** What a world is made of. */
export interface WorldOptions extends Pick<TestGatewayOptions, "rig"> {
  readonly pipes?: Pipes;
  /** After how long partitions that nobody needs rest, in milliseconds; default: never. */
  readonly restAfterMs?: number;
}

/** Everything, and what happens in it; after each step all is settled and checked. */
export class World implements Disposable {
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  readonly ledger: Ledger;
  readonly #rig: TestGatewayOptions["rig"];
  readonly #pipes: Pipes | undefined;
  readonly #restAfterMs: number;
  readonly #nodes: TestGateway[] = [];
  readonly #people = new Map<string, Person>();
  /** In the order in which messages were first sent, by person and channel. */
  readonly #sent = new Map<string, string[]>();
  players: Player[] = [];
  #made = 0;
  #asked = 0;
  #holding = false;
  #failing = false;
  #away = false;

  constructor(options: WorldOptions = {}) {
    this.#rig = options.rig;
    this.#restAfterMs = options.restAfterMs ?? Infinity;
    this.#pipes = options.pipes;
    const first = this.#start();
    this.#nodes.push(first, this.#start(first));
    this.clock = first.clock;
    this.log = first.log;
    this.ledger = new Ledger(this.log, Object.keys(TOPICS), (text) => this.#pipes?.copies(text) ?? 1);
    this.clock.advance(1);
  }

  [Symbol.dispose](): void {
    for (const node of this.#nodes) node[Symbol.dispose]();
    this.ledger.close();
  }

  connect(user: string, on: { node: number; resume: boolean; silent?: boolean }): void {
    const person = this.#people.get(user) ?? { user, cursors: new Map(), middles: new Map(), unanswered: [] };
    this.#people.set(user, person);
    const node = this.#nodes[on.node]!;
    const isReady = node.gateway.readiness().checks.tail === "ok";
    const client = node.open(user);
    const player = new Player(client, { node: on.node, person, ledger: this.ledger });
    const channel = `user:${user}`;
    const since = on.resume && !on.silent ? person.cursors.get(channel) : undefined;
    player.opens({ since, isReady });
    if (!on.silent) client.send({ type: "connect", ...(since ? { since: { [channel]: since.cursor } } : {}) });
    this.players.push(player);
  }

  disconnect(player: Player): void {
    player.client.end();
    player.present = false;
  }

  /** The last cursor that the client's user has of a channel, or every other time the last one in the middle of a record. */
  kept(player: Player, channel: string): Kept | undefined {
    const { cursors, middles } = player.person;
    return (this.#asked++ % 2 === 1 ? middles.get(channel) : undefined) ?? cursors.get(channel);
  }

  /** Sends messages in one WebSocket message's time: first those that are to be sent again. */
  publish(player: Player, channel: string, message: { named: boolean; times: number }): void {
    const { person } = player;
    if (player.isElsewhere) return;
    person.unanswered = person.unanswered.filter(({ messageId, on }) => messageId !== undefined || on?.present);
    for (const again of person.unanswered) if (again.on !== player) this.#send(player, again);
    for (let time = 0; time < message.times; time++) {
      const name = `p${++this.#made}`;
      const made: Message = { channel, text: `"${name}"`, messageId: message.named ? name : undefined };
      person.unanswered.push(made);
      const sent = `${person.user}\n${channel}`;
      this.#sent.set(sent, [...this.#sent.get(sent) ?? [], made.text]);
      this.#send(player, made);
    }
  }

  /** Sends a message that was answered long ago once more. */
  republish(player: Player, at: number): void {
    const own = [...this.ledger.all()].map(({ entry }) => entry).filter(({ sender, to, messageId, text }) =>
      sender === player.user && to === undefined && text === `"${messageId}"`
    );
    const entry = own.at(-1 - at % Math.max(own.length, 1));
    if (!entry || player.person.unanswered.length > 0) return;
    const channel = CHANNELS.find((name) => placeOf(name).key === entry.key)!;
    this.#send(player, { channel, text: entry.text!, messageId: entry.messageId });
  }

  /** A record of another producer. */
  foreign(channel: string, kind: "plain" | "named" | "misplaced" | "bad" | "tombstone"): void {
    const { topic, partition, key } = placeOf(channel);
    const text = kind === "bad" ? "{bad" : `"${kind}${++this.#made}"`;
    const headers = kind === "named"
      ? { "tidegate-message-id": new TextEncoder().encode(`m${this.#made % 3}`) }
      : undefined;
    this.log.append([{
      topic,
      partition: kind === "misplaced" ? (partition + 1) % PARTITIONS : partition,
      key,
      value: kind === "tombstone" ? null : new TextEncoder().encode(text),
      headers: headers ?? {},
    }]).subscribe();
  }

  setAway(away: boolean): void {
    this.#away = away;
    this.log.setAvailable(!away);
  }

  /** While appends are held, or one is to fail, the other is not started: what is behind a failure must fail, too. */
  hold(hold: boolean): void {
    if (this.#failing) return;
    this.#holding = hold;
    this.log.holdAppends(hold);
  }

  /** Publishes one message, or sends one again, whose outcome will not be known. */
  publishInVain(player: Player, channel: string, how: "unknown-but-written" | "unknown-not-written"): void {
    if (this.#holding || this.#away || player.isElsewhere) return;
    this.#failing = true;
    this.log.failNextAppend(how);
    const [again] = player.person.unanswered.filter(({ messageId }) => messageId !== undefined);
    if (again) this.#send(player, again);
    else this.publish(player, channel, { named: true, times: 1 });
  }

  trim(channel: string, keep: number): void {
    const place = placeOf(channel);
    const { life, high } = this.ledger.now(place);
    const low = Math.max(life.low, high - keep);
    this.log.trim(place, low);
    life.low = low;
  }

  /** Makes a topic anew, in a later millisecond than anything in it. */
  recreate(topic: string): void {
    this.clock.advance(1);
    this.log.recreate(topic);
    this.clock.advance(1);
  }

  /** Kills a gateway and starts another one in its place. */
  restart(node: number): void {
    this.#nodes[node]![Symbol.dispose]();
    for (const player of this.players) if (player.node === node) player.present = false;
    this.#nodes[node] = this.#start(this.#nodes[1 - node]);
  }

  /** Lets everything happen that is due, and checks every client. */
  settle(): void {
    // Who waits for a partition that has rested looks every 25 ms.
    this.clock.advance(this.#restAfterMs === Infinity ? 0 : 30);
    for (const player of this.players) player.read();
    this.players = this.players.filter(({ present }) => present);
    for (const player of this.players) player.isCaughtUp();
    for (const node of this.#nodes) assertEquals(node.ended, "no");
  }

  /** Brings everything back, lets it finish, checks what must be true then, and that nothing is left when all go. */
  finish(): void {
    this.hold(false);
    this.setAway(false);
    for (const { client } of this.players) client.room = true;
    this.settle();
    this.clock.advance(30_000);
    this.settle();
    for (const player of this.players) player.isAnswered();
    keepsOrder(this.ledger, this.#sent);
    for (const player of this.players) this.disconnect(player);
    this.clock.advance(30_000);
    assertEquals(this.clock.pending, 0, "timers are left");
    for (const node of this.#nodes) isEmpty(node, { users: [...this.#people.keys()], most: MOST_CONNECTIONS });
  }

  #send(player: Player, message: Message): void {
    message.on = player;
    const { channel, text, messageId } = message;
    const frame: PublishFrame = {
      type: "publish",
      id: undefined,
      channel,
      ...(messageId === undefined ? {} : { messageId }),
      payload: { kind: "json", text },
    };
    const duplicate = this.#isDuplicate(player.user, message);
    player.ask(frame, { message, ...(duplicate === undefined ? {} : { duplicate }) });
  }

  /** Whether a message must be answered as a duplicate; `undefined` where it depends on what is not known here. */
  #isDuplicate(sender: string, { channel, messageId, text }: Message): boolean | undefined {
    const { key, ...place } = placeOf(channel);
    if (messageId === undefined) return false;
    // What comes before it, or to the window, while it is in a pipeline is not known yet.
    if (this.#pipes) return undefined;
    // A partition that rests is read when this wakes it.
    if (this.#restAfterMs !== Infinity) return undefined;
    const { life, high } = this.ledger.now(place);
    const name = { key, text, time: 0, sender, session: undefined, messageId, to: undefined };
    const last = life.entries.findLast((entry) => sameName(entry, name));
    if (!last) return this.#holding ? undefined : false;
    if (last.offset < life.low || this.#holding) return undefined;
    return high - last.offset <= WINDOW.offsets && this.clock.scheduler.now() - last.time <= WINDOW.ms;
  }

  #start(beside?: TestGateway): TestGateway {
    return testGateway({
      name: `n${++this.#made}-`,
      topics: TOPICS,
      settings: {
        duplicates: WINDOW,
        replay: REPLAY,
        connectionsPerUser: MOST_CONNECTIONS,
        queueBytes: 2_500,
        publishesInFlight: 8,
        restAfterMs: this.#restAfterMs,
      },
      ...(this.#pipes
        ? { routes: DEFAULT_ROUTES.map((route) => ({ ...route, pipeline: this.#pipes!.pipeline })) }
        : {}),
      ...(beside ? { beside } : {}),
      ...(this.#rig ? { rig: this.#rig } : {}),
    });
  }

  /** Clears what a step has used up. */
  stepped(): void {
    if (this.#failing) this.log.append([]).subscribe();
    this.#failing = false;
    assert(this.players.length < 100);
  }
}
