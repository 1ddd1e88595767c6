import { assert, assertEquals, assertNotMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { headerAuthenticator } from "../../../adapters/auth/mod.ts";
import { isUserId } from "../../../domain/channel.ts";
import type { Authenticator } from "../../../domain/ports/authenticator.ts";
import { handshake, only } from "./fixtures.ts";

const USER = "3f0e1c5a-7b2d-4e8f-9a01-c0ffee123456";
const SECRET = "the proxy's own secret, long enough";

async function refusal(authenticator: Authenticator, ...request: Parameters<typeof handshake>) {
  const admission = await only(authenticator.admit(handshake(...request)));
  assert(admission.kind === "refused", JSON.stringify(admission));
  return admission;
}

async function admitted(authenticator: Authenticator, ...request: Parameters<typeof handshake>) {
  const admission = await only(authenticator.admit(handshake(...request)));
  assert(admission.kind === "identified", JSON.stringify(admission));
  return admission.identity;
}

Deno.test("a UUID of any version and in either case is the user, in lower case", async () => {
  const authenticator = headerAuthenticator();
  await fc.assert(fc.asyncProperty(fc.uuid(), fc.boolean(), async (uuid, upper) => {
    const identity = await admitted(authenticator, { user_id: upper ? uuid.toUpperCase() : uuid });
    assertEquals<unknown>(identity, { user: uuid });
    assert(isUserId(identity.user));
  }));
});

Deno.test("every header but one UUID is refused with 400, and nothing in it reaches a log line raw", async () => {
  const authenticator = headerAuthenticator();
  const almost = fc.tuple(fc.uuid(), fc.string({ minLength: 1 }), fc.boolean())
    .map(([uuid, extra, before]) => before ? extra + uuid : uuid + extra);
  await fc.assert(fc.asyncProperty(fc.oneof(fc.string({ unit: "binary" }), almost), async (value) => {
    const { status, message } = await refusal(authenticator, { user_id: value });
    assertEquals(status, 400);
    assertNotMatch(message, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  }));
});

Deno.test("the reason names the header and shows the value, cut", async () => {
  const authenticator = headerAuthenticator();
  const { message } = await refusal(authenticator, { user_id: "bob\r\nx" });
  assertEquals(message, 'Cannot tell who is connecting: header user_id is "bob\\r\\nx", expected a UUID');
  const long = await refusal(authenticator, { user_id: "x".repeat(5_000) });
  assert(long.message.length < 200, long.message);
});

Deno.test("a missing header is refused with 400", async () => {
  assertEquals(await refusal(headerAuthenticator()), {
    kind: "refused",
    status: 400,
    message: "Cannot tell who is connecting: header user_id is missing",
  });
});

Deno.test("a header that is there twice is refused with 400, also where both say the same", async () => {
  for (const second of [USER, "00000000-0000-4000-8000-000000000000"]) {
    const { status, message } = await refusal(headerAuthenticator(), { user_id: [USER, second] });
    assertEquals(status, 400);
    assertStringIncludes(message, "2 times");
  }
});

Deno.test("two headers that were made one by a proxy are refused with 400", async () => {
  assertEquals((await refusal(headerAuthenticator(), { user_id: `${USER}, ${USER}` })).status, 400);
});

Deno.test("the header's name is configurable, in any case", async () => {
  const authenticator = headerAuthenticator({ header: "X-User" });
  assertEquals((await admitted(authenticator, { "x-user": USER })).user as string, USER);
  assertEquals((await refusal(authenticator, { user_id: USER })).status, 400);
});

Deno.test("a peer that is no trusted proxy is refused with 403, whatever it sends", async () => {
  const authenticator = headerAuthenticator({ trustedProxies: ["10.0.0.0/8", "fd00::/8"] });
  for (const peer of ["10.1.2.3", "::ffff:10.1.2.3", "fd12::1"]) await admitted(authenticator, { user_id: USER }, peer);
  for (const peer of ["11.0.0.1", "::ffff:11.0.0.1", "fe80::1", "127.0.0.1", ""]) {
    const { status, message } = await refusal(authenticator, { user_id: USER, "x-forwarded-for": "10.0.0.1" }, peer);
    assertEquals(status, 403);
    assertStringIncludes(message, JSON.stringify(peer));
  }
});

Deno.test("without trusted proxies and secret only this machine is believed", async () => {
  const authenticator = headerAuthenticator();
  await admitted(authenticator, { user_id: USER }, "::1");
  assertEquals((await refusal(authenticator, { user_id: USER }, "192.168.0.7")).status, 403);
});

Deno.test("a proxy with a secret is believed from any address, one without it from none", async () => {
  const authenticator = headerAuthenticator({ proxySecret: SECRET });
  const name = "x-tidegate-proxy-secret";
  await admitted(authenticator, { user_id: USER, [name]: SECRET }, "192.0.2.1");
  for (const wrong of [[], "", SECRET.slice(1), SECRET + "x", SECRET.toUpperCase(), [SECRET, SECRET], [SECRET, ""]]) {
    const { status, message } = await refusal(authenticator, { user_id: USER, [name]: wrong }, "127.0.0.1");
    assertEquals(status, 403);
    assert(!message.includes(SECRET));
  }
});

Deno.test("where proxies and a secret are configured, both have to hold", async () => {
  const authenticator = headerAuthenticator({
    trustedProxies: ["10.0.0.0/8"],
    proxySecret: SECRET,
    proxySecretHeader: "X-Proxy",
  });
  await admitted(authenticator, { user_id: USER, "x-proxy": SECRET }, "10.0.0.1");
  assertEquals((await refusal(authenticator, { user_id: USER, "x-proxy": SECRET }, "192.0.2.1")).status, 403);
  assertEquals((await refusal(authenticator, { user_id: USER }, "10.0.0.1")).status, 403);
});

Deno.test("no first frame makes a user", async () => {
  const outcome = await only(headerAuthenticator().identify({ type: "connect", token: USER, resume: USER }));
  assert("code" in outcome);
  assertEquals(outcome.name, "unauthenticated");
});
