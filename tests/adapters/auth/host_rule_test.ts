import { assertEquals } from "@std/assert";
import { hostRule } from "../../../adapters/auth/mod.ts";

const allowed = (rule: (host: string) => boolean, hosts: readonly string[]) => hosts.filter(rule);

Deno.test("hosts: a gateway for this machine only answers under this machine's own names", () => {
  const own = ["localhost", "LOCALHOST:8080", "a.localhost", "127.0.0.1", "127.8.8.8:1", "[::1]", "[::1]:443"];
  const others = [
    "evil.example",
    "localhost.evil.example",
    "192.0.2.1",
    "[2001:db8::1]",
    "",
    "localhost:",
    "a b",
    "x@localhost",
  ];
  assertEquals(allowed(hostRule({ thisMachineOnly: true }), [...own, ...others]), own);
});

Deno.test("hosts: what is configured is answered too, and elsewhere alone", () => {
  const allowedHosts = ["gateway.example", "192.0.2.1"];
  const asked = ["gateway.example:8443", "Gateway.Example", "192.0.2.1", "localhost", "other.example"];
  assertEquals(allowed(hostRule({ thisMachineOnly: false, allowedHosts }), asked), asked.slice(0, 3));
  assertEquals(allowed(hostRule({ thisMachineOnly: true, allowedHosts }), asked), asked.slice(0, 4));
  assertEquals(allowed(hostRule({ thisMachineOnly: false }), asked), asked);
});
