import { assertEquals } from "@std/assert";
import { load, mistakes } from "./fixtures.ts";

Deno.test("operators are answered nowhere unless a port is set", () => {
  assertEquals(load().admin, { host: "127.0.0.1" });
  assertEquals(load({ toml: "[admin]\nport = 0\n" }).admin, { host: "127.0.0.1", port: 0 });
});

Deno.test("an admin listener that other machines reach needs a token", () => {
  for (const host of ["0.0.0.0", "::", "gateway.example", "192.0.2.1"]) {
    const toml = `[admin]\nhost = "${host}"\nport = 9465\n`;
    assertEquals(mistakes({ toml }), [
      `admin.token: expected one, as everyone who can reach admin.host "${host}" is answered: ` +
      'set it, or admin.host = "127.0.0.1"',
    ]);
    assertEquals(load({ toml, env: { TIDEGATE_ADMIN_TOKEN: "t".repeat(32) } }).admin.host, host);
  }
  for (const host of ["127.0.0.1", "::1", "localhost"]) {
    assertEquals(load({ toml: `[admin]\nhost = "${host}"\nport = 9465\n` }).admin.host, host);
  }
});

Deno.test("the admin listener is not that of the clients, and its token is no short one and shown to nobody", () => {
  assertEquals(mistakes({ toml: "[admin]\nport = 8080\n" }).length, 1);
  assertEquals(mistakes({ env: { TIDEGATE_ADMIN_TOKEN: "hunter2" } }), [
    "admin.token: expected a text of at least 32 characters, got a text of 7 characters (from TIDEGATE_ADMIN_TOKEN)",
  ]);
});
