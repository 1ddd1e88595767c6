import { assertEquals, assertThrows } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import { keysIn } from "../../../adapters/auth/key_file.ts";
import { authority } from "../../kafka/secure_certificates.ts";
import { signer } from "./tokens.ts";

const rsa = signer("RS256", "r");
const ec = signer("ES256", "e");

Deno.test("a public key is read from PEM, a certificate, a JWK and a JWK set", () => {
  assertEquals(keysIn(rsa.publicPem).map(({ algorithms }) => algorithms[0]), ["RS256"]);
  assertEquals(keysIn(ec.publicPem)[0]?.algorithms, ["ES256"]);
  assertEquals(keysIn(signer("EdDSA").publicPem)[0]?.algorithms, ["EdDSA", "Ed25519"]);
  assertEquals(keysIn(authority("tokens").certify("tokens").cert).length, 1);
  assertEquals(keysIn(JSON.stringify(rsa.publicJwk))[0]?.id, "r");
  assertEquals(keysIn(JSON.stringify({ keys: [rsa.publicJwk, ec.publicJwk] })).map(({ id }) => id), ["r", "e"]);
});

Deno.test("private keys, secrets, weak keys and what is no key are refused with what was expected", () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ type: "spki", format: "pem" });
  const cases: readonly (readonly [string, string])[] = [
    [rsa.privatePem, "private key"],
    [JSON.stringify({ ...rsa.publicJwk, d: "x" }), "private key"],
    [JSON.stringify({ kty: "oct", k: "x" }), "it is a secret"],
    [weak as string, "2048 bits"],
    [JSON.stringify({ ...rsa.publicJwk, use: "enc" }), "its use is"],
    [JSON.stringify({ ...rsa.publicJwk, alg: "RSA-OAEP" }), "fitting alg"],
    [JSON.stringify({ ...ec.publicJwk, crv: "__proto__" }), "expected an RSA"],
    [JSON.stringify({ ...ec.publicJwk, x: "AA" }), "cannot be read"],
    ["-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----", "cannot be read"],
    ['{"keys":[]}', "with one at least"],
    ["[]", "expected a JWK"],
    ["a text", "expected a public key in PEM, or a JWK"],
  ];
  for (const [text, message] of cases) assertThrows(() => keysIn(text), Error, message);
});
