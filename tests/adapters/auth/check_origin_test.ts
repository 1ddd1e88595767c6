import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkOrigin, isOrigin, noneAuthenticator, type OriginOptions } from "../../../adapters/auth/mod.ts";
import { handshake, only } from "./fixtures.ts";

async function admit(headers: Record<string, string[]>, options: OriginOptions = { thisMachineOnly: false }) {
  const random = { uuid: () => crypto.randomUUID(), fraction: () => 0.5 };
  return await only(checkOrigin(noneAuthenticator({ random }), options).admit(handshake(headers)));
}

Deno.test("a program, which sends no origin, and pages of this machine are let in", async () => {
  for (
    const origin of [[], ["http://localhost:5173"], ["http://127.0.0.1"], ["https://[::1]:1"], ["http://a.localhost"]]
  ) {
    assertEquals((await admit({ host: ["127.0.0.1:8080"], origin }, { thisMachineOnly: true })).kind, "awaited");
  }
});

Deno.test("a page of the client's machine is another site's where the gateway is for others too", async () => {
  assertEquals((await admit({ host: ["gate.example"], origin: ["http://localhost:5173"] })).kind, "refused");
});

Deno.test("a page of another site is refused with 403, whatever it looks like", async () => {
  const foreign = [
    "https://evil.example",
    "null",
    "",
    "file://",
    "https://localhost.evil.example",
    "https://127.0.0.1.evil.example",
    "https://gate.example.evil.example",
    "https://gate.example:444",
    "https://user@evil.example",
    "chrome-extension://abcdef",
  ];
  for (const origin of foreign) {
    for (const thisMachineOnly of [false, true]) {
      const admission = await admit({ host: ["gate.example"], origin: [origin] }, { thisMachineOnly });
      assertEquals(admission.kind === "refused" && admission.status, 403, origin);
    }
  }
  const two = await admit({ host: ["gate.example"], origin: ["https://gate.example", "https://evil.example"] });
  assertStringIncludes(two.kind === "refused" ? two.message : "", '"https://evil.example"');
});

Deno.test("the gateway's own pages are let in, but not where a name may be made to lead to this machine", async () => {
  const headers = { host: ["Gate.Example:8080"], origin: ["https://gate.example:8080"] };
  assertEquals((await admit(headers)).kind, "awaited");
  assertEquals((await admit(headers, { thisMachineOnly: true })).kind, "refused");
  assertEquals((await admit({ ...headers, host: [...headers.host, "gate.example:8080"] })).kind, "refused");
});

Deno.test("pages of allowed origins are let in, and of all where that is said", async () => {
  const headers = { host: ["gate.example"], origin: ["https://app.example"] };
  assertEquals(
    (await admit(headers, { thisMachineOnly: true, allowedOrigins: ["https://app.example"] })).kind,
    "awaited",
  );
  assertEquals(
    (await admit(headers, { thisMachineOnly: true, allowedOrigins: ["https://other.example"] })).kind,
    "refused",
  );
  assertEquals((await admit(headers, { thisMachineOnly: true, allowedOrigins: ["*"] })).kind, "awaited");
});

Deno.test("an origin is written as browsers write it", () => {
  const good = ["*", "https://app.example.com", "http://localhost:5173", "https://[::1]:8443"];
  assertEquals(good.filter(isOrigin), good);
  const bad = [
    "app.example.com",
    "https://app.example.com/",
    "HTTPS://app.example.com",
    "https://app.example.com:443",
    "null",
    "wss://a.b",
    "",
  ];
  assertEquals(bad.filter(isOrigin), []);
});
