import { assertEquals } from "@std/assert";
import { from } from "rxjs";
import type { OutRecord } from "@tidegate/tidegate";
import type { Delivery } from "@tidegate/tidegate/streams";
import { testGateway, testRecord, trackDeliveries } from "@tidegate/tidegate/testing";
import { copies } from "../../examples/bridge.ts";

Deno.test("example bridge: what a channel shows is copied as it is, and what is on none is left out and done", () => {
  using gateway = testGateway();
  gateway.connect("ann").publish("chat:lobby", { text: "hello" }, { messageId: "m1" });
  const [record] = gateway.records("chat");
  const keyless = testRecord({ topic: "chat", text: "nobody's" });
  const source = trackDeliveries([record!, keyless]);
  const copied: Delivery<OutRecord>[] = [];
  from(source.deliveries).pipe(copies("chat")).subscribe((delivery) => copied.push(delivery));
  const { topic, key, value, headers } = record!;
  assertEquals(copied.map((delivery) => delivery.value), [{ topic, key, value, headers }]);
  assertEquals(source.done, [keyless]);
  copied[0]!.done();
  assertEquals(source.done, [keyless, record!]);
});
