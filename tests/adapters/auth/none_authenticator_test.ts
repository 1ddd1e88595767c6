import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { noneAuthenticator, type NoneAuthenticatorOptions } from "../../../adapters/auth/mod.ts";
import { resumeTokens } from "../../../adapters/auth/resume_token.ts";
import type { UserId } from "../../../domain/channel.ts";
import type { Authenticator } from "../../../domain/ports/authenticator.ts";
import { handshake, only } from "./fixtures.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const random = { uuid: () => crypto.randomUUID(), fraction: () => 0.5 };

function none(options: Partial<NoneAuthenticatorOptions> = {}) {
  return noneAuthenticator({ secret: SECRET, random, ...options });
}

async function identity(authenticator: Authenticator, resume?: string) {
  const outcome = await only(authenticator.identify(resume === undefined ? undefined : { type: "connect", resume }));
  assert("user" in outcome && outcome.resume !== undefined, JSON.stringify(outcome));
  return { user: outcome.user as string, resume: outcome.resume };
}

Deno.test("a client without a name is a new user each time, with a UUID of the random source", async () => {
  const uuids = ["3f0e1c5a-7b2d-4e8f-9a01-c0ffee123456", "00000000-0000-4000-8000-000000000000"];
  const authenticator = none({ random: { ...random, uuid: () => uuids.shift()! } });
  assertEquals((await identity(authenticator)).user, "3f0e1c5a-7b2d-4e8f-9a01-c0ffee123456");
  assertEquals((await identity(authenticator)).user, "00000000-0000-4000-8000-000000000000");
});

Deno.test("a resume restores its user, on every node with the same secret", async () => {
  const first = await identity(none());
  assertEquals(await identity(none(), first.resume), first);
});

Deno.test("a resume of another secret gets a new user", async () => {
  const first = await identity(none({ secret: SECRET.replace("0", "1") }));
  assertNotEquals((await identity(none(), first.resume)).user, first.user);
});

Deno.test("without a secret a resume holds within the process' authenticator only", async () => {
  const [one, other] = [none({ secret: undefined }), none({ secret: undefined })];
  const first = await identity(one);
  assertEquals(await identity(one, first.resume), first);
  assertNotEquals((await identity(other, first.resume)).user, first.user);
});

Deno.test("a resume that was changed in any character gets a new user", async () => {
  const authenticator = none();
  const first = await identity(authenticator);
  await fc.assert(
    fc.asyncProperty(fc.nat(first.resume.length - 1), fc.string({ minLength: 0, maxLength: 2 }), async (at, put) => {
      const forged = first.resume.slice(0, at) + put + first.resume.slice(at + 1);
      fc.pre(forged !== first.resume);
      assertNotEquals((await identity(authenticator, forged)).user, first.user);
    }),
    { numRuns: 500 },
  );
});

Deno.test("no text but a signed token is one, and none throws", () => {
  const tokens = resumeTokens(SECRET);
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
    assertEquals(tokens.verify(text), undefined);
  }));
  for (const text of ["", ".", "..", "a.b", "=".repeat(92), "x".repeat(1_000_000)]) {
    assertEquals(tokens.verify(text), undefined);
  }
});

Deno.test("a signed text that is no UUID is no user", () => {
  const tokens = resumeTokens(SECRET);
  for (const user of ["admin", "", "3F0E1C5A-7B2D-4E8F-9A01-C0FFEE123456"]) {
    assertEquals(tokens.verify(tokens.sign(user as UserId)), undefined);
  }
});

Deno.test("a token keeps its form: what older nodes signed stays valid", async () => {
  const user = "3f0e1c5a-7b2d-4e8f-9a01-c0ffee123456";
  const { resume } = await identity(none({ random: { ...random, uuid: () => user } }));
  assertMatch(resume, /^[A-Za-z0-9_-]{48}\.[A-Za-z0-9_-]{43}$/);
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(SECRET),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signature = new Uint8Array(
    await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`tidegate.resume.v1:${user}`)),
  );
  const base64url = { alphabet: "base64url", omitPadding: true } as const;
  assertEquals(resume, `${new TextEncoder().encode(user).toBase64(base64url)}.${signature.toBase64(base64url)}`);
});

Deno.test("clients of this machine are awaited, others are refused with 403 unless they are allowed", async () => {
  for (const peer of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
    assertEquals(await only(none().admit(handshake({}, peer))), { kind: "awaited" });
  }
  const refused = await only(none().admit(handshake({}, "192.0.2.1")));
  assert(refused.kind === "refused");
  assertEquals(refused.status, 403);
  assertEquals(await only(none({ allowRemote: true }).admit(handshake({}, "192.0.2.1"))), { kind: "awaited" });
});
