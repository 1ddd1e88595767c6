import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { jwtAuthenticator } from "../../../adapters/auth/jwt_authenticator.ts";
import { fixedKeys, KeysUnavailable, secretKey, type TokenKeys } from "../../../adapters/auth/token_key.ts";
import { RecordingTelemetry, VirtualClock } from "../../../testing/mod.ts";
import { handshake, only } from "./fixtures.ts";
import { SECOND, SECRET, signedBySecret } from "./tokens.ts";

function tokens(keys: TokenKeys = fixedKeys([secretKey(SECRET)])) {
  const telemetry = new RecordingTelemetry();
  return { telemetry, authenticator: jwtAuthenticator({ keys, clock: new VirtualClock(), telemetry }) };
}

const away: TokenKeys = { find: () => Promise.reject(new KeysUnavailable("the keys of tokens cannot be fetched")) };

Deno.test("a bearer token in the handshake makes an identity", async () => {
  const { authenticator } = tokens();
  for (const scheme of ["Bearer", "bearer", "BEARER"]) {
    const admission = await only(
      authenticator.admit(handshake({ authorization: `${scheme} ${await signedBySecret({})}` })),
    );
    assert(admission.kind === "identified");
    assertEquals(admission.identity.user as string, "ann");
  }
});

Deno.test("without the header the first frame is awaited, patiently", async () => {
  const { authenticator } = tokens();
  assertEquals(await only(authenticator.admit(handshake())), { kind: "awaited", patient: true });
  const identity = await only(authenticator.identify({ type: "connect", token: await signedBySecret({ sub: "bob" }) }));
  assert("user" in identity);
  assertEquals(identity.user as string, "bob");
});

Deno.test("a bad header is answered with 401, the reason, and a challenge that quotes well", async () => {
  const { authenticator, telemetry } = tokens();
  const good = await signedBySecret({});
  const bad = await signedBySecret({ exp: SECOND - 60 });
  const headers: readonly (string | readonly string[])[] = [
    `Bearer ${bad}`,
    "Bearer",
    "Bearer ",
    `Basic ${good}`,
    good,
    `Bearer ${good} x`,
    `Bearer ${good},`,
    [`Bearer ${good}`, `Bearer ${good}`],
    "",
  ];
  for (const authorization of headers) {
    const admission = await only(authenticator.admit(handshake({ authorization })));
    assert(admission.kind === "refused", String(authorization));
    assertEquals(admission.status, 401);
    assert(/^Bearer error="invalid_token", error_description="[^"\\]+"$/.test(admission.headers!["www-authenticate"]!));
    assert(!admission.message.includes(good));
  }
  const expired = await only(authenticator.admit(handshake({ authorization: `Bearer ${bad}` })));
  assertStringIncludes(expired.kind === "refused" ? expired.message : "", "it has expired");
  assert(!JSON.stringify(telemetry.notes).includes(bad.split(".")[1]!));
  assertEquals(telemetry.counted("tokens_refused"), 2);
});

Deno.test("a first frame without a token, or with a bad one, is unauthenticated", async () => {
  const { authenticator } = tokens();
  const bad = await signedBySecret({}, { secret: "x".repeat(32) });
  for (
    const connect of [undefined, { type: "connect" }, { type: "connect", token: "" }, {
      type: "connect",
      token: bad,
    }] as const
  ) {
    const reason = await only(authenticator.identify(connect));
    assert("code" in reason);
    assertEquals([reason.code, reason.retry], [4501, "none"]);
  }
});

Deno.test("a refresh makes an identity, or says why not", async () => {
  const { authenticator } = tokens();
  const identity = await only(authenticator.refresh!(await signedBySecret({ jti: "7" })));
  assertEquals("user" in identity && identity.token, "7");
  const failure = await only(authenticator.refresh!("x"));
  assertEquals("code" in failure && failure.code, "unauthenticated");
});

Deno.test("where the keys cannot be had, clients are told to come again", async () => {
  const { authenticator } = tokens(away);
  const token = await signedBySecret({});
  const admission = await only(authenticator.admit(handshake({ authorization: `Bearer ${token}` })));
  assertEquals(admission.kind === "refused" && admission.status, 503);
  const reason = await only(authenticator.identify({ type: "connect", token }));
  assertEquals("code" in reason && [reason.name, reason.retry], ["internal", "wait"]);
  const failure = await only(authenticator.refresh!(token));
  assertEquals("code" in failure && failure.code, "unavailable");
});
