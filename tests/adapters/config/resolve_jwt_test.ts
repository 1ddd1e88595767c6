import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { signer } from "../auth/tokens.ts";
import { load, mistakes } from "./fixtures.ts";

const MODE = '[auth]\nmode = "jwt"\n[jwt]\n';
const SECRET = `secret = "${"s".repeat(32)}"\n`;
const rsa = signer("RS256");
const files = { "k.pem": rsa.publicPem, "private.pem": rsa.privatePem, "x": "x" };

Deno.test("mode jwt has a place of keys, and not two", () => {
  assertStringIncludes(mistakes({ toml: MODE })[0]!, 'jwt.secret: auth.mode is "jwt": expected one of jwt.secret');
  assertEquals(mistakes({ toml: MODE + SECRET + 'key = "k.pem"\njwks_url = "https://a.example/"', files }), [
    "jwt.key: jwt.secret is given: expected one place of keys, not two",
    "jwt.jwks_url: jwt.secret is given: expected one place of keys, not two",
  ]);
});

Deno.test("a secret, a key file and a URL each make their keys, and the deny-list is on", () => {
  const { jwt, auth } = load({ toml: MODE + SECRET });
  assert(jwt && "length" in jwt.keys);
  assertEquals([jwt.keys[0]?.algorithms, jwt.userClaim, jwt.permissionsClaim, auth.denyList], [
    ["HS256"],
    "sub",
    "tidegate",
    true,
  ]);
  const ofFile = load({ toml: MODE + 'key = "k.pem"', files }).jwt;
  assertEquals(ofFile && "length" in ofFile.keys && ofFile.keys[0]?.algorithms[0], "RS256");
  for (const url of ["https://id.example/keys", "http://127.0.0.1:9/keys", "http://localhost/", "http://[::1]:9/"]) {
    assertEquals(load({ toml: `${MODE}jwks_url = "${url}"` }).jwt?.keys, { url });
  }
});

Deno.test("keys come over TLS, or from this machine", () => {
  const urls = [
    "http://id.example/keys",
    "http://127.0.0.1.example/",
    "ftp://a/",
    "file:///etc/keys",
    "keys.json",
    "https://u:p@a/",
  ];
  for (const url of [...urls, "http://10.0.0.1/", "data:application/json,{}"]) {
    assertStringIncludes(mistakes({ toml: `${MODE}jwks_url = "${url}"` })[0]!, "jwt.jwks_url: expected an https: URL");
  }
});

Deno.test("a key that cannot be used is told by its file, and so are algorithms that are for others", () => {
  assertStringIncludes(mistakes({ toml: MODE + 'key = "none.pem"' })[0]!, 'jwt.key: cannot read "none.pem"');
  assertStringIncludes(mistakes({ toml: MODE + 'key = "private.pem"', files })[0]!, "it is a private key");
  assertStringIncludes(mistakes({ toml: MODE + 'key = "x"', files })[0]!, "expected a public key in PEM, or a JWK");
  assertStringIncludes(
    mistakes({ toml: MODE + 'key = "k.pem"\nalgorithms = ["HS256"]', files })[0]!,
    "jwt.algorithms: none of them is for the key in jwt.key: expected some of RS256",
  );
  assertStringIncludes(mistakes({ toml: `${MODE}${SECRET}algorithms = ["none"]` })[0]!, "jwt.algorithms[0]: expected");
});

Deno.test("settings of tokens do not matter where there are none", () => {
  assertEquals(load({ toml: '[jwt]\nkey = "nowhere"' }).jwt, undefined);
});
