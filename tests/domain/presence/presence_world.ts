/** Three nodes on one log, their clients, and who must be present. */
import { assert, assertEquals } from "@std/assert";
import type { MemoryLog } from "../../../adapters/log/mod.ts";
import { PRESENCE_TOPIC } from "../../../domain/presence_word.ts";
import { type TestGateway, testGateway, type VirtualClock } from "../../../testing/mod.ts";
import { Stoppable } from "./stop.ts";
import { Watcher } from "./watcher.ts";

const ROUTES = [{ channel: "room:{room}", topic: "rooms", presenceScope: "announced" as const }];
const EXPIRY_MS = 10_000;
const NODES = 3;

/** A gateway, its process, and its clients. */
interface Node {
  readonly gateway: TestGateway;
  readonly process: Stoppable;
  watchers: Watcher[];
}

/** Everything that presence depends on, and all that can happen to it. */
export class PresenceWorld implements Disposable {
  readonly #first: TestGateway;
  readonly #nodes: (Node | undefined)[] = [];
  #runs = 0;
  #isAway = false;

  constructor() {
    // Of it there is the clock and the log alone.
    this.#first = testGateway({
      routes: [{ channel: "none", topic: "rooms" }],
      topics: { rooms: 1, [PRESENCE_TOPIC]: 1 },
    });
    for (let at = 0; at < NODES; at++) this.start(at);
    this.advance(10);
  }

  [Symbol.dispose](): void {
    for (const node of this.#nodes) node?.gateway[Symbol.dispose]();
    this.#first[Symbol.dispose]();
  }

  get log(): MemoryLog {
    return this.#first.log;
  }

  get clock(): VirtualClock {
    return this.#first.clock;
  }

  /** A user's new connection to a node subscribes to a channel. */
  enter(at: number, user: string, channel: string): void {
    const node = this.#running(at);
    if (!node || node.watchers.length >= 6) return;
    const watcher = new Watcher(node.gateway.open(user), user, channel);
    node.watchers.push(watcher);
    watcher.client.send({ type: "connect" }, { type: "subscribe", id: 1, channel });
  }

  /** A client closes its connection, or leaves its channel; of a process that is stopped it is heard later. */
  leave(at: number, which: number, how: "end" | "unsubscribe"): void {
    const node = this.#nodes[at];
    const watcher = node && pick(node.watchers, which);
    if (!node || !watcher) return;
    node.watchers = node.watchers.filter((other) => other !== watcher);
    const { client, channel } = watcher;
    node.process.run(() => how === "end" ? client.end() : client.send({ type: "unsubscribe", id: 2, channel }));
  }

  ask(at: number, which: number): void {
    const node = this.#running(at);
    if (node) pick(node.watchers, which)?.ask();
  }

  kill(at: number): void {
    this.#nodes[at]?.gateway[Symbol.dispose]();
    this.#nodes[at] = undefined;
  }

  start(at: number): void {
    if (this.#nodes[at]) return;
    const process = new Stoppable();
    const gateway = testGateway({
      routes: ROUTES,
      beside: this.#first,
      presenceTopic: PRESENCE_TOPIC,
      name: `n${at}r${++this.#runs}`,
      settings: { node: `n${at}`, presenceExpiryMs: EXPIRY_MS },
      rig: process.rig,
    });
    this.#nodes[at] = { gateway, process, watchers: [] };
  }

  /** Stops a node gently: it is dead then. */
  drain(at: number): void {
    const node = this.#running(at);
    if (!node) return;
    this.#nodes[at] = undefined;
    node.gateway.drain(1_000);
    this.advance(2_500);
    assertEquals(node.gateway.ended, "completed", "it did not drain");
    node.gateway[Symbol.dispose]();
  }

  stop(at: number): void {
    this.#nodes[at]?.process.stop();
  }

  goOn(at: number): void {
    const node = this.#nodes[at];
    if (node) this.clock.act(() => node.process.goOn());
  }

  setAway(away: boolean): void {
    this.#isAway = away;
    this.log.setAvailable(!away);
  }

  failNext(how: "unknown-but-written" | "unknown-not-written"): void {
    if (!this.#isAway) this.log.failNextAppend(how);
  }

  recreate(): void {
    this.log.recreate(PRESENCE_TOPIC);
  }

  /** Lets time pass; whatever clients were told meanwhile has to make sense. */
  advance(ms: number): void {
    this.clock.advance(ms);
    for (const node of this.#nodes) {
      for (const watcher of node?.watchers ?? []) watcher.check();
      assert(!node || node.gateway.ended === "no");
    }
  }

  /** Brings everything back and lets it come to rest: then everyone knows the truth, and the log has nothing else. */
  finish(): void {
    this.setAway(false);
    for (let at = 0; at < NODES; at++) this.goOn(at);
    this.start(0);
    this.advance(6 * EXPIRY_MS);
    const living = this.#nodes.filter((node) => node !== undefined);
    // Whom a node that could not read the log did not let in is not there.
    for (const node of living) node.watchers = node.watchers.filter(({ client }) => client.last("subscribed"));
    for (const [at, { gateway, watchers }] of living.entries()) {
      const looker = new Watcher(gateway.open("looker"), "looker", "room:a");
      looker.client.send({ type: "connect" });
      for (const channel of ["room:a", "room:b"]) {
        assertEquals(looker.answer(channel, this.clock), this.#truth(channel), `${channel} on node ${at}`);
      }
      for (const watcher of watchers) {
        watcher.ask();
        this.advance(0);
        assertEquals(watcher.users, Object.keys(this.#truth(watcher.channel)), `what ${watcher.user} was told`);
      }
      looker.client.end();
    }
    this.advance(10);
    assertEquals(this.#standing(), this.#mustStand(), "what stands in the topic");
  }

  #running(at: number): Node | undefined {
    const node = this.#nodes[at];
    return node?.process.stopped ? undefined : node;
  }

  #truth(channel: string): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const node of this.#nodes) {
      for (const watcher of node?.watchers ?? []) {
        if (watcher.channel === channel) counts[watcher.user] = (counts[watcher.user] ?? 0) + 1;
      }
    }
    return Object.fromEntries(Object.entries(counts).sort());
  }

  #mustStand(): string[] {
    const keys = this.#nodes.flatMap((node, at) => {
      if (!node) return [];
      return [`node:n${at}`, ...node.watchers.map(({ channel, user }) => `member:${channel}/${user}@n${at}`)];
    });
    return [...new Set(keys)].sort();
  }

  #standing(): string[] {
    const last = new Map(this.#first.records(PRESENCE_TOPIC).map(({ key, value }) => [key ?? "", value]));
    return [...last].flatMap(([key, value]) => value === null ? [] : [key.replace(/~.*/, "")]).sort();
  }
}

function pick<T>(items: readonly T[], which: number): T | undefined {
  return items[which % Math.max(1, items.length)];
}
