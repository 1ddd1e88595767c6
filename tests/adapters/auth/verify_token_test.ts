import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { CompactEncrypt } from "jose";
import fc from "fast-check";
import { fixedKeys, publicKey, secretKey, type TokenKey } from "../../../adapters/auth/token_key.ts";
import { LONGEST_TOKEN, type TokenRules, verifyToken } from "../../../adapters/auth/verify_token.ts";
import type { Identity } from "../../../domain/ports/authenticator.ts";
import { altered, NOW, part, SECOND, SECRET, signedBySecret, signer } from "./tokens.ts";

const RULES: TokenRules = { userClaim: "sub", permissionsClaim: "tidegate" };
const rsa = signer("RS256", "rsa");
const ec = signer("ES256", "ec");
const ed = signer("EdDSA");

/** Judges a token by some keys, all of them by default. */
async function judge(token: string, { keys, rules, now = NOW }: {
  keys?: readonly TokenKey[];
  rules?: Partial<TokenRules>;
  now?: number;
} = {}): Promise<Identity | string> {
  const all = keys ?? [secretKey(SECRET)];
  const judged = await verifyToken(token, { keys: fixedKeys(all), rules: { ...RULES, ...rules }, now });
  return "reason" in judged ? judged.reason : judged;
}

async function refuses(token: string, reason: string, options: Parameters<typeof judge>[1] = {}): Promise<void> {
  const judged = await judge(token, options);
  assert(typeof judged === "string", `taken: ${JSON.stringify(judged)}`);
  assertStringIncludes(judged, reason);
}

const public_ = [rsa, ec, ed].map(({ publicJwk }) => publicKey(publicJwk));

Deno.test("a token of the secret, and of each kind of key, says who is connected, until when, and what they may", async () => {
  const claims = { sub: "ann", jti: "t-1", exp: SECOND + 60, tidegate: { subscribe: ["chat:*"] } };
  for (
    const [token, keys] of [
      [await signedBySecret(claims), [secretKey(SECRET)]],
      [await rsa.sign(claims), public_],
      [await ec.sign(claims), public_],
      [await ed.sign(claims), public_],
    ] as const
  ) {
    const identity = await judge(token, { keys });
    assert(typeof identity !== "string", String(identity));
    assertEquals([identity.user, identity.token, identity.expiresAt], ["ann" as Identity["user"], "t-1", NOW + 60_000]);
    assertEquals([identity.grants?.subscribe.length, identity.grants?.publish.length], [1, 0]);
  }
});

Deno.test("a token without a signature is refused, however its algorithm is written", async () => {
  for (const alg of ["none", "None", "NONE", "", null, 0, ["HS256"]]) {
    const head = part({ alg, typ: "JWT" });
    for (const signature of ["", "x", part("")]) {
      await refuses(`${head}.${part({ sub: "ann", exp: SECOND + 60 })}.${signature}`, "it");
    }
  }
});

Deno.test("the public key is no secret: HS256 with its PEM or JWK as the secret is refused", async () => {
  for (const { publicPem, publicJwk } of [rsa, ec, ed]) {
    for (const secret of [publicPem, publicPem.trim(), JSON.stringify(publicJwk), publicJwk.n ?? publicJwk.x!]) {
      await refuses(await signedBySecret({}, { secret }), "no key has its algorithm", { keys: public_ });
      await refuses(await signedBySecret({}, { secret, kid: "rsa" }), "no key has its algorithm", { keys: public_ });
    }
  }
});

Deno.test("a key is for its own algorithms alone", async () => {
  await refuses(await rsa.sign({}), "no key has its algorithm");
  await refuses(await ec.sign({}), "no key has its algorithm", { keys: [publicKey(rsa.publicJwk)] });
  await refuses(await rsa.sign({}), "its algorithm is not taken", { keys: public_, rules: { algorithms: ["ES256"] } });
  const pinned = publicKey({ ...rsa.publicJwk, alg: "PS256" });
  await refuses(await rsa.sign({}), "no key has its algorithm", { keys: [pinned] });
  assertEquals(secretKey("x".repeat(32)).algorithms, ["HS256"]);
  assertEquals(secretKey("x".repeat(64)).algorithms, ["HS256", "HS384", "HS512"]);
});

Deno.test("an altered payload, head or signature is refused", async () => {
  const token = await signedBySecret({ sub: "ann" });
  const payload = { sub: "bob", exp: SECOND + 3_600 };
  await refuses(altered(token, { payload }), "signature");
  await refuses(altered(token, { head: { alg: "HS256", typ: "other" } }), "signature");
  await refuses(await signedBySecret({}, { secret: SECRET + "x" }), "signature");
  const [head, body, signature] = token.split(".") as [string, string, string];
  const bytes = Buffer.from(signature, "base64url");
  bytes[0]! ^= 1;
  await refuses(`${head}.${body}.${bytes.toString("base64url")}`, "signature");
  await refuses(`${head}.${body}.`, "it");
  await refuses(`${head}.${body}.${signature.slice(0, -2)}`, "it");
});

Deno.test("time: an end is needed, and 30 s of skew are allowed on both sides, not more", async () => {
  await refuses(await signedBySecret({ exp: undefined }), "exp is missing");
  await refuses(await signedBySecret({ exp: SECOND - 31 }), "expired");
  await refuses(await signedBySecret({ nbf: SECOND + 31 }), "not valid yet");
  const late = await judge(await signedBySecret({ exp: SECOND - 20 }));
  assert(typeof late !== "string");
  assertEquals(late.expiresAt, NOW + 10_000);
  assert(typeof await judge(await signedBySecret({ nbf: SECOND + 29 })) !== "string");
  for (const exp of ["1e3", 1e300, -1, null, {}]) {
    const head = part({ alg: "HS256" });
    await refuses(`${head}.${part({ sub: "ann", exp })}.x`, "it");
  }
  await refuses(await signedBySecret({ exp: 8_640_000_000_001 }), "exp is no time");
});

Deno.test("a token for another audience, or of another issuer, is refused, and so is one that does not say", async () => {
  const rules = { issuer: "https://id.example", audience: ["gate", "other"] };
  const claims = { iss: "https://id.example", aud: ["x", "gate"] };
  assert(typeof await judge(await signedBySecret(claims), { rules }) !== "string");
  await refuses(await signedBySecret({ ...claims, aud: "gates" }), "aud is another's", { rules });
  await refuses(await signedBySecret({ ...claims, aud: undefined }), "aud is missing", { rules });
  await refuses(await signedBySecret({ ...claims, iss: "https://id.example/" }), "iss is another's", { rules });
  await refuses(await signedBySecret({ ...claims, iss: undefined }), "iss is missing", { rules });
});

Deno.test("keys that a token brings along, or points to, mean nothing", async () => {
  const own = signer("RS256", "own");
  const { publicJwk: jwk } = own;
  const heads = [
    { jwk },
    { jku: "http://127.0.0.1:1/keys" },
    { x5u: "http://127.0.0.1:1/cert" },
    { x5c: ["MIIB"] },
    { jwk, jku: "https://evil.example/keys", kid: "rsa" },
  ];
  for (const head of heads) {
    const judged = await judge(await own.sign({}, head), { keys: public_ });
    assertEquals(typeof judged, "string", JSON.stringify(head));
    // The same head does not spoil a token of a known key.
    assert(typeof await judge(await rsa.sign({}, { ...head, kid: "rsa" }), { keys: public_ }) !== "string");
  }
});

Deno.test("a hostile kid finds no key", async () => {
  const ids = ["../../../../dev/null", "/etc/passwd", "__proto__", "constructor", "' OR 1=1 --", "\u0000", "rsa\u0000"];
  for (const kid of [...ids, "rsa ", "RSA", "http://127.0.0.1:1/", "x".repeat(257), "ec"]) {
    const judged = await judge(await rsa.sign({}, { kid }), { keys: public_ });
    // The key without an id is of another kind.
    assertEquals(typeof judged, "string", kid);
  }
  for (const kid of [1, {}, ["rsa"], null, true]) {
    await refuses(altered(await rsa.sign({}), { head: { alg: "RS256", kid } }), "its head is wrong", { keys: public_ });
  }
});

Deno.test("what is no signed token is refused: encrypted, nested, detached, critical, oversized, not even text", async () => {
  const encrypted = await new CompactEncrypt(new TextEncoder().encode("{}"))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(new Uint8Array(32));
  const token = await signedBySecret({});
  const [head, payload, signature] = token.split(".") as [string, string, string];
  for (
    const text of [
      encrypted,
      "",
      ".",
      "..",
      "...",
      "a.b.c",
      `${head}..${signature}`,
      `${token}.`,
      `${token}.${token}`,
      ` ${token}`,
      `${token}\n`,
      altered(token, { head: "[]" }),
      altered(token, { head: { alg: "HS256", crit: ["exp"], exp: 1 } }),
      altered(token, { head: { alg: "HS256", b64: false, crit: ["b64"] } }),
      altered(token, { payload: "[]" }),
      JSON.stringify({ payload, protected: head, signature }),
    ]
  ) assertEquals(typeof await judge(text), "string", text);
  await refuses("x".repeat(LONGEST_TOKEN + 1), "longer than");
  const big = await signedBySecret({ filler: "x".repeat(LONGEST_TOKEN) });
  await refuses(big, "longer than");
});

Deno.test("the user is in the claim that is configured, and has the characters that a channel can hold", async () => {
  assertEquals(await userOf(await signedBySecret({ sub: "x", uid: "bob" }), { userClaim: "uid" }), "bob");
  assertEquals(
    await userOf(await signedBySecret({ sub: "0A0B0C0D-0000-4000-8000-000000000001" })),
    "0a0b0c0d-0000-4000-8000-000000000001",
  );
  const subs = ["", "a:b", "auth0|1", "a b", "é", "*", "{user}", "a".repeat(201), 7, null, ["ann"], "ann\u0000", "аnn"];
  for (const sub of subs) {
    await refuses(await signedBySecret({ sub } as Record<string, unknown>), "its claim sub is no user id");
  }
  await refuses(await signedBySecret({}), "its claim __proto__", { rules: { userClaim: "__proto__" } });
});

async function userOf(token: string, rules: Partial<TokenRules> = {}): Promise<string> {
  const judged = await judge(token, { rules });
  return typeof judged === "string" ? `refused: ${judged}` : judged.user;
}

Deno.test("permissions that are wrong refuse the token, instead of making it weaker or stronger", async () => {
  for (const tidegate of ["*", [], { subscribe: "*" }, { publish: ["a::b"] }, { history: Array(101).fill("a") }]) {
    await refuses(await signedBySecret({ tidegate }), "its claim tidegate is wrong");
  }
  for (const jti of ["", 1, "x".repeat(257)]) {
    await refuses(await signedBySecret({ jti } as Record<string, unknown>), "its claim jti");
  }
  const namespaced = await signedBySecret({ "https://example.com/may": { publish: ["**"] } });
  const judged = await judge(namespaced, { rules: { permissionsClaim: "https://example.com/may" } });
  assertEquals(typeof judged !== "string" && judged.grants?.publish.length, 1);
});

Deno.test("no token makes anything but an identity or a reason, and no reason holds the token", async () => {
  const good = await signedBySecret({});
  const anyPart = fc.oneof(
    fc.constantFrom(...good.split("."), "", part({ alg: "none" }), part({ alg: "HS256", kid: "__proto__" })),
    fc.json().map(part),
    fc.string({ unit: "binary", maxLength: 40 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyPart, { maxLength: 6 }), async (parts) => {
      const token = parts.join(".");
      const judged = await judge(token);
      if (typeof judged === "string") assert(token.length < 12 || !judged.includes(token), judged);
      else assertEquals(token, good);
    }),
    { numRuns: 2_000 },
  );
});
