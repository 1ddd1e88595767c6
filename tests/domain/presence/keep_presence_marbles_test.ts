import { assertEquals } from "@std/assert";
import { map, NEVER, type Observable, of, tap } from "rxjs";
import type { Channel } from "../../../domain/channel.ts";
import type { Membership } from "../../../domain/channel_index.ts";
import { keepPresence, leavePresence } from "../../../domain/keep_presence.ts";
import type { LogRecord } from "../../../domain/log_record.ts";
import type { Batch, Outcome } from "../../../domain/ports/log.ts";
import { Presence } from "../../../domain/presence.ts";
import { PRESENCE_TOPIC, presenceRecord, type PresenceWord } from "../../../domain/presence_word.ts";
import { type MarbleKit, marbles } from "../../../testing/marbles.ts";
import { inWords, marbleScene, sessionOf } from "../marble_scene.ts";

const PLACE = { topic: PRESENCE_TOPIC, partition: 0 };
const ROOM = "room:a" as Channel;
const STATE = {
  available: true,
  topics: new Map([[PRESENCE_TOPIC, { partitions: 1, durability: "strong" as const }]]),
};
/** What comes out: nothing to be told, someone joined, someone left. */
const VALUES = { n: "", j: "ann:joined", l: "ann:left" };

function member(node: string, user: string, sessions: number): PresenceWord {
  return { kind: "member", node, member: { channel: ROOM, user: user as never }, sessions };
}

/** A batch of one record of another node, or of this one. */
function batch(from: number, word: PresenceWord): Batch {
  const record = { ...presenceRecord(word), offset: from, time: 0 };
  return { ...PLACE, from, to: from + 1, high: from + 1, records: [record], done: () => done.push(from) };
}

let done: number[] = [];
const BATCHES = {
  b: batch(0, member("other", "bob", 1)),
  c: batch(1, member("other", "bob", 0)),
  x: batch(2, member("me", "ann", 0)),
};

/** Presence with a heartbeat every 10 ms, where ann watches; and the keys that it has written, an append each. */
function kept(kit: MarbleKit, given: {
  readonly sessions?: Observable<unknown>;
  readonly tail?: Observable<Batch>;
  readonly append?: (records: readonly LogRecord[]) => Observable<Outcome>;
  readonly alone?: boolean;
  /** How many records the topic has when it is begun. */
  readonly high?: number;
}) {
  done = [];
  const { sessions = NEVER, tail = NEVER, append = () => NEVER, alone = false, high = 0 } = given;
  const presence = new Presence({ node: "me", expiryMs: 40, ...(alone ? {} : { topic: PRESENCE_TOPIC }) });
  const written: string[][] = [];
  const scene = marbleScene(kit.scheduler, {
    log: {
      tail: (request) => {
        request.start(PLACE, { low: 0, high });
        return tail;
      },
      append: (records) => {
        written.push(records.map(({ key, value }) => `${value === null ? "-" : "+"}${key}`));
        return append(records);
      },
    },
  });
  presence.topic?.learn(STATE);
  const ann: Membership = { channel: ROOM, subscriber: sessionOf("ann") };
  return {
    scene,
    presence,
    written,
    ann,
    enter: (user: string) =>
      presence.enter({ channel: ROOM, subscriber: { ...sessionOf(user), user: user as never } }, { watches: false }),
    words: sessions.pipe(keepPresence(scene, presence), map(inWords)),
  };
}

function appended(records: readonly LogRecord[], first = 0): Outcome[] {
  return records.map((_, index) => ({ kind: "appended", index, offset: first + index }));
}

Deno.test(
  "keep presence: never and empty sources write heartbeats alone, and everything is left",
  marbles((kit) => {
    const writing = ["-", "|"].map((picture) => {
      const [sessions, tail] = [kit.cold(picture), kit.hot<Batch>("-")];
      const append = (records: readonly LogRecord[]) => of(...appended(records));
      const { words, written } = kept(kit, { sessions, tail, append });
      kit.emits(words, "----------n---------n", { values: VALUES, until: "^---------------------!" });
      kit.subscriptions(tail, "^---------------------!");
      return written;
    });
    kit.flush();
    assertEquals(writing, [[["+node:me"], ["+node:me"]], [["+node:me"], ["+node:me"]]]);
  }),
);

Deno.test(
  "keep presence: without a topic it ends with its source, and looks once a turn at what sessions did",
  marbles((kit) => {
    const empty = kit.cold("|");
    kit.emits(kept(kit, { sessions: empty, alone: true }).words, "|");
    kit.subscriptions(empty, "(^!)");
    const source = kit.hot("-a-(aa)-a---|");
    const scene = kept(kit, { alone: true, sessions: source });
    scene.presence.enter(scene.ann, { watches: true });
    let came = 0;
    const acts = source.pipe(tap(() => ++came === 2 && scene.enter("bob")));
    kit.emits(acts.pipe(keepPresence(scene.scene, scene.presence), map(inWords)), "-j-j----n---|", {
      values: { j: "ann:joined", n: "" },
    });
  }),
);

Deno.test(
  "keep presence: one and many batches are told, and done in order",
  marbles((kit) => {
    const tail = kit.hot("-b--c", BATCHES);
    const scene = kept(kit, { tail });
    scene.presence.enter(scene.ann, { watches: true });
    scene.presence.takeNews();
    kit.emits(scene.words, "-j--l", { values: VALUES, until: "^-----!" });
    kit.subscriptions(tail, "^-----!");
    kit.flush();
    assertEquals(done, [0, 1]);
  }),
);

Deno.test(
  "keep presence: an error of the tail is the output's",
  marbles((kit) => kit.emits(kept(kit, { tail: kit.hot<Batch>("--#") }).words, "--#")),
);

Deno.test(
  "keep presence: nothing is told or written before all was read",
  marbles((kit) => {
    const tail = kit.hot("-b---c", { ...BATCHES, b: { ...BATCHES.b, high: 2 } });
    const at: number[] = [];
    const append = () => {
      at.push(kit.scheduler.now());
      return NEVER;
    };
    const scene = kept(kit, { tail, append, high: 2 });
    scene.presence.enter(scene.ann, { watches: true });
    kit.emits(scene.words, "-n---n", { values: VALUES, until: "^-----!" });
    kit.flush();
    assertEquals([at, scene.written], [[5], [["+node:me", "+member:room:a/ann@me"]]]);
  }),
);

Deno.test(
  "keep presence: there is one append at a time, and what is due meanwhile goes with the next",
  marbles((kit) => {
    const source = kit.hot("-abc");
    const answers = kit.cold<Outcome>("----o|", { o: { kind: "appended", index: 0, offset: 0 } });
    const scene = kept(kit, { append: () => answers });
    const acts = source.pipe(tap((user) => scene.enter(user)));
    kit.emits(acts.pipe(keepPresence(scene.scene, scene.presence), map(inWords)), "-nnn", {
      values: VALUES,
      until: "^--------!",
    });
    kit.flush();
    assertEquals(scene.written, [
      ["+node:me", "+member:room:a/a@me"],
      ["+member:room:a/b@me", "+member:room:a/c@me"],
    ]);
  }),
);

Deno.test(
  "keep presence: what others have removed is written again at once, and what failed with the next heartbeat",
  marbles((kit) => {
    const source = kit.hot("-a");
    const tail = kit.hot("-----x", BATCHES);
    let calls = 0;
    const scene = kept(kit, {
      tail,
      append: (records) => {
        const outcomes = appended(records, calls * 10);
        return of(
          ...calls++ === 1 ? outcomes.map(({ index }): Outcome => ({ kind: "unknown", index, message: "" })) : outcomes,
        );
      },
    });
    const acts = source.pipe(tap(() => scene.enter("ann")));
    kit.emits(acts.pipe(keepPresence(scene.scene, scene.presence), map(inWords)), "-n---n----n", {
      values: VALUES,
      until: "^----------!",
    });
    kit.flush();
    assertEquals(scene.written, [
      ["+node:me", "+member:room:a/ann@me"],
      ["+member:room:a/ann@me"],
      ["+node:me", "+member:room:a/ann@me"],
    ]);
  }),
);

Deno.test(
  "leave presence: it waits for the log's word, for a second at the most, and for none while the log is away",
  marbles((kit) => {
    const answered = kept(kit, {
      append: () => kit.cold<Outcome>("---o|", { o: { kind: "appended", index: 0, offset: 0 } }),
    });
    answered.presence.topic?.start(PLACE, { low: 0, high: 0 });
    answered.enter("ann");
    kit.emits(leavePresence(answered.scene, answered.presence), "----(v|)", { values: { v: undefined } });
    const silent = kept(kit, {});
    silent.presence.topic?.start(PLACE, { low: 0, high: 0 });
    kit.emits(leavePresence(silent.scene, silent.presence), "1s (v|)", { values: { v: undefined } });
    const away = kept(kit, {});
    away.scene.view.learn({ available: false, reason: "away", topics: new Map() });
    kit.emits(leavePresence(away.scene, away.presence), "(v|)", { values: { v: undefined } });
    kit.flush();
    assertEquals([answered.written, silent.written, away.written], [[["-member:room:a/ann@me", "-node:me"]], [[
      "-node:me",
    ]], []]);
    assertEquals(answered.presence.isDue, false);
  }),
);
