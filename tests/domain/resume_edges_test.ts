import { assertEquals } from "@std/assert";
import { riggedLog, testGateway } from "../../testing/mod.ts";

const place = { topic: "chat", partition: 0 };

Deno.test("a cursor of a partition whose records had all expired goes on, as long as nothing after it has", () => {
  using first = testGateway({ topics: { chat: 1, direct: 1 } });
  const bob = first.connect("bob");
  bob.publishJson("chat:lobby", "1", "2", "3");
  first.log.trim(place, 3);
  using bench = testGateway({ beside: first });
  const since = bench.subscriber("ann", "chat:lobby").last("subscribed")!.cursor;
  bob.publishJson("chat:lobby", "4", "5");
  const ann = bench.subscriber("ann", "chat:lobby", { since });
  assertEquals([ann.texts, ann.last("subscribed")?.recovered], [["4", "5"], true]);
  first.log.trim(place, 4);
  assertEquals(bench.subscriber("ann", "chat:lobby", { since }).last("subscribed")?.reason, "expired");
  first.log.recreate("chat");
  first.clock.advance(1);
  bob.publishJson("chat:lobby", "1", "2", "3", "4");
  assertEquals(bench.subscriber("ann", "chat:lobby", { since }).last("subscribed")?.reason, "log_changed");
});

Deno.test("a replay that the log ends before its end is not recovered", () => {
  let cut = false;
  using bench = testGateway({
    topics: { chat: 1, direct: 1 },
    rig: (ports) => ({
      ...ports,
      log: riggedLog(ports.log, {
        // The first record is the one that the cursor is checked by.
        read: (at, range) => ports.log.read(at, cut && range.to > 1 ? { ...range, to: 2 } : range),
      }),
    }),
  });
  const bob = bench.subscriber("bob", "chat:lobby");
  bob.publishJson("chat:lobby", "1", "2", "3");
  const since = bob.publications[0]!.cursor;
  cut = true;
  const ann = bench.subscriber("ann", "chat:lobby", { since });
  assertEquals([ann.last("subscribed")?.recovered, ann.last("subscribed")?.reason], [false, "log_changed"]);
});
