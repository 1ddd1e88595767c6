import { assertEquals } from "@std/assert";
import { clientAddress } from "../../../adapters/auth/mod.ts";

const header = "x-forwarded-for";
const of = (remoteAddress: string, ...values: string[]) => ({
  remoteAddress,
  header: (name: string) => name === header ? values : [],
});

Deno.test("client address: it is the peer's, unless that is a trusted proxy", () => {
  const address = clientAddress({ trustedProxies: ["10.0.0.0/8"], header });
  assertEquals(address(of("192.0.2.7", "203.0.113.9")), "192.0.2.7");
  assertEquals(address(of("10.1.2.3", "203.0.113.9")), "203.0.113.9");
  assertEquals(address(of("127.0.0.1", "203.0.113.9")), "203.0.113.9");
});

Deno.test("client address: what a client wrote into the header itself is not believed", () => {
  const address = clientAddress({ trustedProxies: ["10.0.0.0/8"], header });
  assertEquals(address(of("10.0.0.1", "1.1.1.1, 203.0.113.9")), "203.0.113.9");
  assertEquals(address(of("10.0.0.1", "1.1.1.1", "203.0.113.9, 10.0.0.2")), "203.0.113.9");
  assertEquals(address(of("10.0.0.1", "10.0.0.9, 203.0.113.9, 127.0.0.1")), "203.0.113.9");
});

Deno.test("client address: ports and brackets are left out", () => {
  const address = clientAddress({ header });
  assertEquals(address(of("::1", "203.0.113.9:4711")), "203.0.113.9");
  assertEquals(address(of("::1", "[2001:db8::1]:4711")), "2001:db8::1");
  assertEquals(address(of("::1", "2001:db8::1")), "2001:db8::1");
});

Deno.test("client address: a proxy that lists nobody, or no address, leaves it unknown", () => {
  assertEquals(clientAddress({ header })(of("127.0.0.1")), undefined);
  assertEquals(clientAddress({ header })(of("127.0.0.1", "unknown")), undefined);
  assertEquals(clientAddress({ header })(of("127.0.0.1", "127.0.0.1")), undefined);
  assertEquals(clientAddress({})(of("127.0.0.1", "203.0.113.9")), undefined);
});
