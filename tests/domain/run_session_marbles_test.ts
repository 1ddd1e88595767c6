import { assertEquals } from "@std/assert";
import { filter, map, NEVER, type Observable, of, tap, throwError } from "rxjs";
import type { UserId } from "../../domain/channel.ts";
import { disconnect } from "../../domain/disconnect.ts";
import { endSession } from "../../domain/end_session.ts";
import type { GatewayPorts } from "../../domain/scene.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Connection } from "../../domain/ports/transport.ts";
import { type Drain, runSession } from "../../domain/run_session.ts";
import { type MarbleKit, marbles, messageOf, testCodec } from "../../testing/mod.ts";
import { inWords, marbleScene } from "./marble_scene.ts";

const MESSAGES = {
  c: messageOf([{ type: "connect" }]),
  p: messageOf([{ type: "ping", id: 1 }]),
  q: messageOf([{ type: "ping", id: 1 }, { type: "ping", id: 2 }]),
  x: "no frame",
  z: "what breaks the codec",
};
const VALUES = {
  c: "s:connected",
  p: "s:pong",
  g: "close draining",
  i: "close internal",
  x: "close bad_frame",
  f: "close forbidden",
  d: "s:draining",
};

/** A codec that a message can break. */
const codec: Codec = {
  ...testCodec,
  decode(message) {
    if (message === MESSAGES.z) throw new TypeError("it is broken");
    return testCodec.decode(message);
  },
};

interface Run {
  readonly ports?: Partial<Pick<GatewayPorts, "authenticator">>;
  readonly drain?: Observable<Drain>;
}

/** What a session says, in words; what says nothing is left out. */
function said(kit: MarbleKit, messages: Observable<string>, { ports = {}, drain = NEVER }: Run = {}) {
  const scene = marbleScene(kit.scheduler, ports);
  const connection: Connection = { session: "s", admission: { kind: "awaited" }, codec, messages };
  const effects = runSession(scene, connection, drain);
  return { scene, words: effects.pipe(map(inWords), spread) };
}

/** Leaves out steps without an effect. */
function spread(source: Observable<string>): Observable<string> {
  return source.pipe(filter((words) => words !== ""));
}

Deno.test(
  "run session: a silent client is connected after the wait, and left when nobody listens",
  marbles((kit) => {
    const messages = kit.hot<string>("-");
    const { words } = said(kit, messages);
    kit.emits(words, "-----c--", { values: VALUES, until: "^-------!" });
    kit.subscriptions(messages, "^-------!");
  }),
);

Deno.test(
  "run session: a client that goes at once is not connected",
  marbles((kit) => kit.emits(said(kit, kit.hot<string>("--|")).words, "--(g|)", { values: VALUES })),
);

Deno.test(
  "run session: one message is answered, and many frames in one are answered in order",
  marbles((kit) => {
    kit.emits(said(kit, kit.hot("-p-|", MESSAGES)).words, "-(cp)", { values: VALUES, until: "^--!" });
    kit.emits(said(kit, kit.hot("c------q---", MESSAGES)).words, "c------(pp)", {
      values: VALUES,
      until: "^--------!",
    });
  }),
);

Deno.test(
  "run session: bytes that are no frames close it, and what a codec or an authenticator throws closes it, too",
  marbles((kit) => {
    kit.emits(said(kit, kit.hot("-x-", MESSAGES)).words, "-x-", { values: VALUES, until: "^--!" });
    kit.emits(said(kit, kit.hot("c-z-", MESSAGES)).words, "c-(i|)", { values: VALUES });
    const authenticator = { admit: () => NEVER, identify: () => throwError(() => "error") };
    kit.emits(said(kit, kit.hot("-c-", MESSAGES), { ports: { authenticator } }).words, "-(i|)", { values: VALUES });
  }),
);

Deno.test(
  "run session: who is refused is closed, and what they ask is not answered",
  marbles((kit) => {
    const authenticator = { admit: () => NEVER, identify: () => of(disconnect("forbidden")) };
    const { words, scene } = said(kit, kit.hot("-q-", MESSAGES), { ports: { authenticator } });
    kit.emits(words, "-f-", { values: VALUES, until: "^--!" });
    assertEquals(scene.sessions.size, 0);
  }),
);

Deno.test(
  "run session: an identity that never comes keeps the client waiting, and is left when it goes",
  marbles((kit) => {
    const identity = kit.cold<{ user: UserId }>("-");
    const authenticator = { admit: () => NEVER, identify: () => identity };
    const { words } = said(kit, kit.hot("-c--|", MESSAGES), { ports: { authenticator } });
    kit.emits(words, "----(g|)", { values: VALUES });
    kit.subscriptions(identity, "-^--!");
  }),
);

Deno.test(
  "run session: a drain is told, closes the session within its time, and completes it",
  marbles((kit) => {
    const drain = kit.hot<Drain>("--d", { d: { withinMs: 10 } });
    const messages = kit.hot("c------", MESSAGES);
    kit.emits(said(kit, messages, { drain }).words, "c-d--(g|)", { values: VALUES });
    kit.subscriptions(messages, "^----!");
  }),
);

Deno.test(
  "run session: a drain closes one that still waits for its identity, too",
  marbles((kit) => {
    const authenticator = { admit: () => NEVER, identify: () => NEVER };
    const drain = kit.hot<Drain>("--d", { d: { withinMs: 20 } });
    const { words } = said(kit, kit.hot("c---", MESSAGES), { ports: { authenticator }, drain });
    kit.emits(words, "19ms (g|)", { values: VALUES });
  }),
);

Deno.test(
  "run session: what comes to a session that the gateway has ended is not begun any more",
  marbles((kit) => {
    const { words, scene } = said(kit, kit.hot("c--q--", MESSAGES));
    const ended = words.pipe(tap(() => endSession(scene, scene.sessions.find("s")!, disconnect("forbidden"))));
    kit.emits(ended, "c-----", { values: VALUES, until: "^-----!" });
  }),
);

Deno.test(
  "run session: it leaves nothing behind",
  marbles((kit) => {
    const { words, scene } = said(kit, kit.hot("c--|", MESSAGES));
    words.subscribe();
    kit.flush();
    assertEquals([scene.sessions.size, scene.index.size], [0, 0]);
  }),
);
