import { map, NEVER, type Observable } from "rxjs";
import { followLog } from "../../domain/follow_log.ts";
import type { Batch } from "../../domain/ports/log.ts";
import { over } from "../../domain/outbound.ts";
import { compileRoute } from "../../domain/route.ts";
import { routeTable } from "../../domain/route_table.ts";
import type { Scene } from "../../domain/scene.ts";
import { type MarbleKit, marbles } from "../../testing/mod.ts";
import { batchOf, inWords, marbleScene, recordAt, serveFrom, sessionOf } from "./marble_scene.ts";

/** What becomes of the tail's batches, each of one record, where the route has an operator; and when they are done, in words. */
function followed(kit: MarbleKit, tail: Observable<string>, outbound: ReturnType<typeof over>): Observable<string> {
  const done: string[] = [];
  const batches$ = tail.pipe(map((offset): Batch => {
    return batchOf([recordAt(Number(offset))], { done: () => done.push(`done ${offset}`) });
  }));
  const route = compileRoute({ channel: "chat:{room}", topic: "chat", pipeline: { outbound } });
  const scene: Scene = {
    ...marbleScene(kit.scheduler, { log: { tail: () => batches$ } }),
    routes: routeTable([route]),
  };
  serveFrom(scene);
  scene.index.join(sessionOf("bob"), "chat:lobby" as Parameters<typeof scene.index.join>[1], { hold: false });
  return followLog(scene).pipe(
    map((effects) => [inWords(effects), ...done.splice(0)].filter((word) => word).join(" ")),
  );
}

const same = over((publications) => publications.pipe(map((publication) => publication)));

Deno.test(
  "runOver: what the operator emits comes before the batch is done",
  marbles((kit) => {
    kit.emits(followed(kit, kit.hot("-0---1---|"), same), "-(ab)(cd)|", {
      values: { a: "bob:0", b: "", c: "bob:1 done 0", d: "" },
    });
  }),
);

Deno.test(
  "runOver: without batches there is nothing, and the end of the tail is the end",
  marbles((kit) => {
    kit.emits(followed(kit, kit.hot("-"), same), "-");
    kit.emits(followed(kit, kit.hot("--|"), same), "--|");
  }),
);

Deno.test(
  "runOver: an error of the tail is passed on, and is not the operator's",
  marbles((kit) => kit.emits(followed(kit, kit.hot("--#"), same), "--#")),
);

Deno.test(
  "runOver: an operator that is left leaves the tail",
  marbles((kit) => {
    const tail = kit.hot("-0-1");
    kit.emits(followed(kit, tail, over(() => NEVER)), "-b", { until: "^-!", values: { b: "" } });
    kit.subscriptions(tail, "^-!");
  }),
);
