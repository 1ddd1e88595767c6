/** What can happen to the model, drawn at random and carried out. */
import fc from "fast-check";
import { CHANNELS, ROOMS, USERS } from "./ending.ts";
import type { World } from "./world.ts";
import type { Player } from "./player.ts";

const node = fc.nat(1);
const user = fc.constantFrom(...USERS);
const channel = fc.constantFrom(...CHANNELS);
/** Which of the connected clients. */
const who = fc.nat(11);

const STEPS = {
  connect: fc.record({ do: fc.constant("connect" as const), user, node, resume: fc.boolean(), silent: fc.boolean() }),
  disconnect: fc.record({ do: fc.constant("disconnect" as const), who }),
  reconnect: fc.record({ do: fc.constant("reconnect" as const), who, node, again: fc.subarray([...ROOMS]) }),
  subscribe: fc.record({
    do: fc.constant("subscribe" as const),
    who,
    channel,
    since: fc.constantFrom("now" as const, "kept" as const, "earliest" as const),
  }),
  unsubscribe: fc.record({ do: fc.constant("unsubscribe" as const), who, channel }),
  publish: fc.record({
    do: fc.constant("publish" as const),
    who,
    channel,
    named: fc.boolean(),
    times: fc.integer({ min: 1, max: 4 }),
  }),
  republish: fc.record({ do: fc.constant("republish" as const), who, at: fc.nat(3) }),
  history: fc.record({
    do: fc.constant("history" as const),
    who,
    channel,
    limit: fc.integer({ min: 1, max: 9 }),
    kept: fc.boolean(),
  }),
  look: fc.record({ do: fc.constant("look" as const), who, channel }),
  foreign: fc.record({
    do: fc.constant("foreign" as const),
    channel,
    kind: fc.constantFrom(
      "plain" as const,
      "named" as const,
      "misplaced" as const,
      "bad" as const,
      "tombstone" as const,
    ),
  }),
  lag: fc.record({
    do: fc.constant("lag" as const),
    who,
    room: fc.constantFrom(...ROOMS),
    earliest: fc.boolean(),
    missed: fc.nat(4),
    meanwhile: fc.nat(4),
  }),
  room: fc.record({ do: fc.constant("room" as const), who, room: fc.boolean() }),
  advance: fc.record({ do: fc.constant("advance" as const), ms: fc.constantFrom(10, 1_000, 9_990, 61_000) }),
  away: fc.record({ do: fc.constant("away" as const), away: fc.boolean() }),
  hold: fc.record({ do: fc.constant("hold" as const), hold: fc.boolean() }),
  fail: fc.record({
    do: fc.constant("fail" as const),
    how: fc.constantFrom("unknown-but-written" as const, "unknown-not-written" as const),
    who,
    channel,
  }),
  trim: fc.record({ do: fc.constant("trim" as const), channel, keep: fc.nat(6) }),
  recreate: fc.record({ do: fc.constant("recreate" as const), topic: fc.constantFrom("chat", "direct") }),
  restart: fc.record({ do: fc.constant("restart" as const), node }),
};

/** One thing that happens. */
export const step = fc.oneof(
  { weight: 6, arbitrary: STEPS.connect },
  { weight: 2, arbitrary: STEPS.disconnect },
  { weight: 5, arbitrary: STEPS.reconnect },
  { weight: 10, arbitrary: STEPS.subscribe },
  { weight: 3, arbitrary: STEPS.unsubscribe },
  { weight: 18, arbitrary: STEPS.publish },
  { weight: 4, arbitrary: STEPS.republish },
  { weight: 4, arbitrary: STEPS.history },
  { weight: 2, arbitrary: STEPS.look },
  { weight: 8, arbitrary: STEPS.foreign },
  { weight: 4, arbitrary: STEPS.lag },
  { weight: 5, arbitrary: STEPS.room },
  { weight: 5, arbitrary: STEPS.advance },
  { weight: 3, arbitrary: STEPS.away },
  { weight: 4, arbitrary: STEPS.hold },
  { weight: 4, arbitrary: STEPS.fail },
  { weight: 2, arbitrary: STEPS.trim },
  { weight: 1, arbitrary: STEPS.recreate },
  { weight: 2, arbitrary: STEPS.restart },
);

/** One of {@linkcode step}. */
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Carries a step out, and settles the world. */
export function take(world: World, doing: Step): void {
  carryOut(world, doing);
  world.settle();
  world.stepped();
}

function carryOut(world: World, doing: Step): void {
  switch (doing.do) {
    case "connect":
      return world.connect(doing.user, doing);
    case "foreign":
      return world.foreign(doing.channel, doing.kind);
    case "advance":
      return world.clock.advance(doing.ms);
    case "away":
      return world.setAway(doing.away);
    case "hold":
      return world.hold(doing.hold);
    case "trim":
      return world.trim(doing.channel, doing.keep);
    case "recreate":
      return world.recreate(doing.topic);
    case "restart":
      return world.restart(doing.node);
  }
  const player = world.players[doing.who % Math.max(world.players.length, 1)];
  if (player && (player.isHeard || doing.do === "disconnect" || doing.do === "room")) carryOutFor(world, player, doing);
}

function carryOutFor(world: World, player: Player, doing: Exclude<Step, { do: "connect" }> & { who: number }): void {
  const { client } = player;
  switch (doing.do) {
    case "disconnect":
      return world.disconnect(player);
    case "reconnect": {
      world.disconnect(player);
      world.connect(player.user, { node: doing.node, resume: true });
      const next = world.players.at(-1)!;
      world.settle();
      if (!next.isHeard) return;
      for (const room of doing.again) next.subscribe(room, world.kept(next, room));
      return;
    }
    case "subscribe":
      return player.subscribe(
        doing.channel,
        doing.since === "now" ? undefined : doing.since === "earliest" ? "earliest" : world.kept(player, doing.channel),
      );
    case "unsubscribe":
      return player.ask({ type: "unsubscribe", id: undefined, channel: doing.channel });
    case "publish":
      return world.publish(player, doing.channel, doing);
    case "fail":
      return world.publishInVain(player, doing.channel, doing.how);
    case "republish":
      return world.republish(player, doing.at);
    case "history": {
      const before = doing.kept ? world.kept(player, doing.channel)?.cursor : undefined;
      const look = { channel: doing.channel, limit: doing.limit, ...(before === undefined ? {} : { before }) };
      return player.ask({ type: "history", id: undefined, ...look });
    }
    case "look":
      player.ask({ type: "presence", id: undefined, channel: doing.channel });
      return player.ask({ type: "ping", id: undefined });
    case "lag": {
      // It misses some, and then reads slowly while more come.
      const { room: channel } = doing;
      player.ask({ type: "unsubscribe", id: undefined, channel });
      world.settle();
      for (let at = 0; at < doing.missed; at++) world.foreign(channel, "plain");
      world.settle();
      client.room = false;
      player.subscribe(channel, doing.earliest ? "earliest" : world.kept(player, channel));
      world.settle();
      for (let at = 0; at < doing.meanwhile; at++) world.foreign(channel, "plain");
      return;
    }
    case "room":
      client.room = doing.room;
  }
}
