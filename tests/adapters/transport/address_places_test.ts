import { assertEquals } from "@std/assert";
import { AddressPlaces, networkOf } from "../../../adapters/transport/address_places.ts";

Deno.test("address places: an address has so many, and gives them back", () => {
  const places = new AddressPlaces(2);
  const leave = places.take("192.0.2.1");
  places.take("192.0.2.1");
  assertEquals([places.hasRoom("192.0.2.1"), places.hasRoom("192.0.2.2")], [false, true]);
  leave();
  assertEquals(places.hasRoom("192.0.2.1"), true);
});

Deno.test("address places: nothing is kept of addresses without a connection", () => {
  const places = new AddressPlaces(10);
  const leaving = Array.from({ length: 1_000 }, (_, at) => places.take(`192.0.${at >> 8}.${at & 255}`));
  assertEquals(places.size, 1_000);
  for (const leave of leaving) leave();
  assertEquals(places.size, 0);
});

Deno.test("address places: IPv6 addresses of one /64 are one, however they are written", () => {
  const same = ["2001:db8:0:1::1", "2001:DB8::1:ffff:ffff:ffff:ffff", "2001:0db8:0000:0001:1:2:3:4", "2001:db8:0:1::"];
  assertEquals(new Set(same.map(networkOf)), new Set(["2001:db8:0:1::/64"]));
  assertEquals(networkOf("fe80::1%eth0"), "fe80:0:0:0::/64");
  assertEquals(networkOf("::1"), "0:0:0:0::/64");
  assertEquals(networkOf("2001:db8:0:2::1") === networkOf(same[0]!), false);
  assertEquals(networkOf("::ffff:192.0.2.1") === networkOf("::ffff:192.0.2.2"), false);
  assertEquals(networkOf("not an address"), "not an address");
});
