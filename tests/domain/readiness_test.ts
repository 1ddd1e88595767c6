import { assertEquals } from "@std/assert";
import { merge, Subject } from "rxjs";
import type { LogState } from "../../domain/ports/log.ts";
import { riggedLog, testGateway } from "../../testing/mod.ts";

Deno.test("a gateway whose topic takes no appends is not ready, says why to its operator alone, and goes on", () => {
  const states = new Subject<LogState>();
  using bench = testGateway({
    rig: (ports) => ({
      ...ports,
      log: riggedLog(ports.log, { state: merge(ports.log.state, states) }),
    }),
  });
  const { gateway } = bench;
  const ann = bench.subscriber("ann", "chat:lobby");
  const topic = { partitions: 1, durability: "strong" } as const;
  const topics = (refusing?: string) =>
    new Map([["chat", refusing === undefined ? topic : { ...topic, refusing }], ["direct", topic]]);
  states.next({ available: true, topics: topics("at most 1 of 2") });
  assertEquals([gateway.readiness().ready, gateway.readiness().checks.appends], [false, "refused"]);
  const { checks } = gateway.readiness({ forOperator: true });
  assertEquals(checks.appends, 'refused: topic "chat": at most 1 of 2');
  assertEquals(ann.closed, undefined);
  states.next({ available: true, topics: topics() });
  assertEquals([gateway.readiness().ready, gateway.readiness().checks.appends], [true, "ok"]);
});
