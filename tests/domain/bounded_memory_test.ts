import { assertEquals } from "@std/assert";
import { map } from "rxjs";
import type { Batch } from "../../domain/ports/log.ts";
import { Bench, riggedLog } from "./kit.ts";

Deno.test("while a resume waits for the tail, what it will replay anyway does not count as its queue", () => {
  using ahead = new Bench({ topics: { chat: 1, direct: 1 } });
  const bob = ahead.subscriber("bob", "chat:lobby");
  const late: (() => void)[] = [];
  using behind = new Bench({
    beside: ahead,
    settings: { queueBytes: 500 },
    rig: (ports) => ({
      ...ports,
      log: riggedLog(ports.log, {
        // This node takes its batches later than it gets them.
        tail: (request) =>
          ports.log.tail(request).pipe(map((batch): Batch => ({ ...batch, done: () => void late.push(batch.done) }))),
      }),
    }),
  });
  for (let at = 0; at < 20; at++) ahead.publish(bob, "chat:lobby", String(at));
  const ann = behind.subscriber("ann", "chat:lobby", bob.publications.at(-1)!.cursor);
  assertEquals(ann.last("subscribed"), undefined);
  for (let at = 0; at < 20; at++) {
    late.splice(0).forEach((done) => done());
    behind.clock.advance(25);
  }
  assertEquals([ann.closed, ann.last("subscribed")?.recovered, ann.texts], [undefined, true, []]);
});
