import { assertEquals } from "@std/assert";
import { from } from "rxjs";
import { headerText, type OutRecord } from "@tidegate/tidegate";
import type { Delivery } from "@tidegate/tidegate/streams";
import { testGateway, trackDeliveries } from "@tidegate/tidegate/testing";
import { replay } from "../../examples/replay.ts";

Deno.test("example replay: a room's messages go to the new channel in their order, with their senders; others are done at once", () => {
  using gateway = testGateway({ topics: { chat: 1, direct: 1 } });
  const ann = gateway.connect("ann");
  for (const [room, n] of [["lobby", 1], ["attic", 2], ["lobby", 3]] as const) ann.publish(`chat:${room}`, n);
  const records = gateway.records("chat");
  const source = trackDeliveries(records);
  const replayed: Delivery<OutRecord>[] = [];
  from(source.deliveries).pipe(replay("lobby", "again")).subscribe((delivery) => replayed.push(delivery));
  assertEquals(replayed.map(({ value }) => [value.topic, value.key, value.value]), [
    ["replays", "again", records[0]!.value],
    ["replays", "again", records[2]!.value],
  ]);
  assertEquals(headerText(replayed[0]!.value.headers as typeof records[0]["headers"], "tidegate-sender"), "ann");
  assertEquals(source.done, [records[1]!]);
});
