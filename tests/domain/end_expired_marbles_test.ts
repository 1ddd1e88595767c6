import { assertEquals } from "@std/assert";
import { map } from "rxjs";
import type { UserId } from "../../domain/channel.ts";
import { ChannelIndex } from "../../domain/channel_index.ts";
import { endExpired } from "../../domain/end_session.ts";
import type { Session } from "../../domain/session.ts";
import { SessionRegistry } from "../../domain/session_registry.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { inWords, sessionOf } from "./marble_scene.ts";

const VALUES = { e: "close token_expired", t: "close token_expired close token_expired" };

/** A registry with sessions that end at these times, in milliseconds. */
function sceneOf(kit: MarbleKit, ...ends: readonly (number | undefined)[]) {
  const sessions = new SessionRegistry(0);
  const all = ends.map((expiresAt, at): Session => {
    const user = "ann" as UserId;
    return { ...sessionOf(`s${at}`), identity: { user, ...(expiresAt === undefined ? {} : { expiresAt }) } };
  });
  all.forEach((session) => sessions.add(session));
  return { scene: { clock: { scheduler: kit.scheduler }, index: new ChannelIndex(), sessions }, all };
}

Deno.test(
  "end expired: never and empty sources look at nothing",
  marbles((kit) => {
    const { scene } = sceneOf(kit, 1);
    const [never, empty] = [kit.hot("-"), kit.cold("|")];
    kit.emits(never.pipe(endExpired(scene)), "-", { until: "^---!" });
    kit.subscriptions(never, "^---!");
    kit.emits(empty.pipe(endExpired(scene)), "|");
    kit.subscriptions(empty, "(^!)");
  }),
);

Deno.test(
  "end expired: one and many are closed at the look after their end, however often something happens",
  marbles((kit) => {
    const { scene, all } = sceneOf(kit, 600, 1_400, 1_450, undefined);
    const source = kit.hot("aaa");
    kit.emits(source.pipe(endExpired(scene), map(inWords)), "1000ms e 499ms t", { values: VALUES, until: "^ 2s !" });
    kit.flush();
    assertEquals([scene.sessions.size, all.map(({ ended }) => ended)], [1, [true, true, true, undefined]]);
  }),
);

Deno.test(
  "end expired: without a session that ends there is no timer, and it completes with its source",
  marbles((kit) => {
    const { scene } = sceneOf(kit, undefined);
    const source = kit.hot("a-a|");
    kit.emits(source.pipe(endExpired(scene)), "---|");
    kit.subscriptions(source, "^--!");
  }),
);

Deno.test(
  "end expired: the timer ends with the last session that ends, and comes again with the next one",
  marbles((kit) => {
    const { scene, all } = sceneOf(kit, 300);
    const source = kit.hot("a 999ms b 499ms |");
    const again = source.pipe(map((value) => {
      const identity = { user: "ann" as UserId, expiresAt: 1_200 };
      if (value === "b") scene.sessions.add({ ...sessionOf("later"), identity });
      return value;
    }));
    kit.emits(again.pipe(endExpired(scene), map(inWords)), "500ms e 999ms (e|)", { values: VALUES });
    kit.flush();
    assertEquals([scene.sessions.size, all[0]!.ended], [0, true]);
  }),
);

Deno.test(
  "end expired: an error of the source ends it, and so does leaving early",
  marbles((kit) => {
    const { scene } = sceneOf(kit, 10_000);
    kit.emits(kit.hot("a-#").pipe(endExpired(scene)), "--#");
    const source = kit.hot("a-----");
    kit.emits(source.pipe(endExpired(scene)), "-", { until: "^---!" });
    kit.subscriptions(source, "^---!");
  }),
);
