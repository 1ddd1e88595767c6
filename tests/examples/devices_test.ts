import { assertEquals } from "@std/assert";
import { from } from "rxjs";
import type { OutRecord } from "@tidegate/tidegate";
import type { Delivery } from "@tidegate/tidegate/streams";
import { trackDeliveries } from "@tidegate/tidegate/testing";
import { toRecords } from "../../examples/devices.ts";

Deno.test("example devices: a reading goes under its device, anything else to the dead letters, and both are acknowledged", () => {
  const written: Delivery<OutRecord>[] = [];
  const source = trackDeliveries<string | Uint8Array>(['{"device":"d1","celsius":21.5}', "hello"]);
  from(source.deliveries).pipe(toRecords("s1")).subscribe((delivery) => written.push(delivery));
  assertEquals(written.map(({ value }) => value), [
    { topic: "readings", key: "d1", value: '{"celsius":21.5}' },
    { topic: "readings-dead", key: "s1", value: "hello", headers: { reason: written[1]!.value.headers!["reason"]! } },
  ]);
  assertEquals(source.done, []);
  for (const delivery of written) delivery.done();
  assertEquals(source.done.length, 2);
});
