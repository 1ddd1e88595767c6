import { map, type Observable } from "rxjs";
import type { UserId } from "../../domain/channel.ts";
import { isFailure } from "../../domain/failure.ts";
import { type Draft, InboundPublish } from "../../domain/inbound_publish.ts";
import { Rejected } from "../../domain/pipeline.ts";
import { runInbound } from "../../domain/run_inbound.ts";
import type { Scene } from "../../domain/scene.ts";
import { type MarbleKit, marbles } from "../../testing/mod.ts";
import { marbleScene } from "./marble_scene.ts";

const publish = new InboundPublish<never>({
  channel: "chat:lobby",
  key: "lobby",
  user: "ann" as UserId,
  session: "session",
  messageId: "m",
  time: 0,
  payload: { kind: "json", text: "0" },
});

const DRAFTS: Readonly<Record<string, Draft>> = { a: { json: 1 }, b: { json: 2 }, x: { channel: "nowhere", json: 3 } };

function sceneOf(kit: MarbleKit): Scene {
  const scene = marbleScene(kit.scheduler);
  return { ...scene, settings: { ...scene.settings, pipeline: { outputs: 2, ms: 10 } } };
}

/** What a publish became, in words, in a pipeline that is a picture. */
function became(scene: Scene, drafts: Observable<Draft>): Observable<string> {
  return runInbound(scene, { inbound: () => drafts, publish }).pipe(
    map((result) =>
      isFailure(result) ? result.code : result.map(({ payload }) => payload.kind === "json" && payload.text).join("+")
    ),
  );
}

Deno.test(
  "runInbound: what is emitted counts when the pipeline completes",
  marbles((kit) => {
    const drafts = kit.cold("-a-b-|", DRAFTS);
    kit.emits(became(sceneOf(kit), drafts), "-----(r|)", { values: { r: "1+2" } });
    kit.subscriptions(drafts, "^----!");
  }),
);

Deno.test(
  "runInbound: a pipeline without a message drops the publish",
  marbles((kit) => kit.emits(became(sceneOf(kit), kit.cold("--|")), "--(r|)", { values: { r: "dropped" } })),
);

Deno.test(
  "runInbound: a pipeline that does not complete is left when its time is over, whatever it emitted",
  marbles((kit) => {
    for (const picture of ["-", "-a", "-a-b"]) {
      const drafts = kit.cold(picture, DRAFTS);
      kit.emits(became(sceneOf(kit), drafts), "----------(r|)", { values: { r: "pipeline_timeout" } });
      kit.subscriptions(drafts, "^---------!");
    }
  }),
);

Deno.test(
  "runInbound: an error is a failure at once, and a rejection its own",
  marbles((kit) => {
    kit.emits(became(sceneOf(kit), kit.cold("-a#", DRAFTS)), "--(r|)", { values: { r: "pipeline_failed" } });
    kit.emits(became(sceneOf(kit), kit.cold("--#", DRAFTS, new Rejected("no"))), "--(r|)", {
      values: { r: "rejected" },
    });
    kit.emits(became(sceneOf(kit), kit.cold("x|", DRAFTS)), "-(r|)", { values: { r: "pipeline_failed" } });
  }),
);

Deno.test(
  "runInbound: one message too many ends the pipeline at once",
  marbles((kit) => {
    const drafts = kit.cold("aba-a-a", DRAFTS);
    kit.emits(became(sceneOf(kit), drafts), "--(r|)", { values: { r: "pipeline_failed" } });
    kit.subscriptions(drafts, "^-!");
  }),
);

Deno.test(
  "runInbound: whoever leaves ends the pipeline",
  marbles((kit) => {
    const drafts = kit.cold("-a--|", DRAFTS);
    kit.emits(became(sceneOf(kit), drafts), "-", { until: "^--!" });
    kit.subscriptions(drafts, "^--!");
  }),
);

Deno.test(
  "runInbound: the next publish of the session and channel begins when this one is through, and has its own time",
  marbles((kit) => {
    const scene = sceneOf(kit);
    const [first, second] = [kit.cold("--------a|", DRAFTS), kit.cold("--------b|", DRAFTS)];
    kit.emits(became(scene, first), "---------(r|)", { values: { r: "1" } });
    kit.emits(became(scene, second), "------------------(r|)", { values: { r: "2" } });
    kit.subscriptions(second, "---------^--------!");
  }),
);
