/** Makes tokens, for development: those of users are made by who knows the users. */
import { createPrivateKey } from "node:crypto";
import { type JWK, type JWTPayload, SignJWT } from "jose";
import { publicKey, secretKey, type TokenKey } from "./token_key.ts";

/** What tokens are signed with. */
export interface SigningKey {
  /** Its id and its algorithms, as the gateway sees them. */
  readonly verifies: TokenKey;
  readonly material: Uint8Array | JWK;
}

/** The members of a JWK that are secret. */
const PRIVATE = new Set(["d", "p", "q", "dp", "dq", "qi", "oth"]);

/** The signing key of a secret that the gateway has too. */
export function secretSigningKey(secret: string): SigningKey {
  const verifies = secretKey(secret);
  return { verifies, material: new TextEncoder().encode(secret) };
}

/**
 * The signing key of a private key in PEM, or as a JWK.
 *
 * @throws {Error} with the reason where it is none
 */
export function privateSigningKey(text: string): SigningKey {
  const material = text.includes("-----BEGIN ") ? pemKey(text) : jwk(text);
  if (!("d" in material)) throw new Error("expected a private key; this is none");
  const shown = Object.fromEntries(Object.entries(material).filter(([name]) => !PRIVATE.has(name)));
  // What a key may be used for differs between its two halves.
  return { verifies: publicKey({ ...shown, key_ops: undefined } as JWK), material };
}

/** A signed token; `algorithm` is one of the key's. */
export function signToken(claims: JWTPayload, key: SigningKey, algorithm: string): Promise<string> {
  const { id } = key.verifies;
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: "JWT", ...(id === undefined ? {} : { kid: id }) })
    .sign(key.material);
}

function pemKey(text: string): JWK {
  try {
    return createPrivateKey(text).export({ format: "jwk" }) as JWK;
  } catch {
    throw new Error("expected a private key without a passphrase");
  }
}

function jwk(text: string): JWK {
  try {
    return JSON.parse(text) as JWK;
  } catch {
    throw new Error("expected a private key in PEM, or a JWK");
  }
}
