/** The keys that tokens are verified with, each with the algorithms that it is for and no others. */
import { Buffer } from "node:buffer";
import { createPublicKey } from "node:crypto";
import type { JWK } from "jose";

/** One key. */
export interface TokenKey {
  /** Its name, where it has one: tokens say it in `kid`. */
  readonly id?: string;
  /** The values of `alg` that are taken with it, in the order of preference. Never those of another kind of key. */
  readonly algorithms: readonly string[];
  /** The bytes of a secret, or a public key. */
  readonly material: Uint8Array | JWK;
}

/** What a token says of the key that it was signed with. */
export interface KeyHint {
  /** Its `alg`. */
  readonly algorithm: string;
  /** Its `kid`, where it has one. */
  readonly id: string | undefined;
}

/** Where the keys are. */
export interface TokenKeys {
  /**
   * The key for a token; `undefined` where there is none.
   *
   * @throws {KeysUnavailable} where that cannot be told now
   */
  find(hint: KeyHint): Promise<TokenKey | undefined>;
}

/** The keys cannot be had now: tokens can be judged neither good nor bad. */
export class KeysUnavailable extends Error {
  /** Its name, for those who look at it. */
  override readonly name = "KeysUnavailable";
}

const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const CURVES: Readonly<Record<string, readonly string[]>> = {
  "P-256": ["ES256"],
  "P-384": ["ES384"],
  "P-521": ["ES512"],
  Ed25519: ["EdDSA", "Ed25519"],
};
/** An HMAC's secret has at least as many bytes as its hash (RFC 7518, 3.2). */
const HMAC = [["HS256", 32], ["HS384", 48], ["HS512", 64]] as const;
/** The least size of an RSA key (RFC 7518, 3.3). */
const RSA_BYTES = 256;

/** Every algorithm that some key has. */
export const TOKEN_ALGORITHMS: readonly string[] = [
  ...HMAC.map(([name]) => name),
  ...RSA,
  ...Object.values(CURVES).flat(),
];

/** The key of a secret text: the algorithms are those that it is long enough for. */
export function secretKey(secret: string): TokenKey {
  const material = new TextEncoder().encode(secret);
  return { material, algorithms: HMAC.filter(([, bytes]) => material.length >= bytes).map(([name]) => name) };
}

/**
 * The key of a public JWK.
 *
 * @throws {Error} with the reason where it is none to verify tokens with
 */
export function publicKey(jwk: JWK): TokenKey {
  if (jwk.kty === "oct") throw new Error("it is a secret; expected a public key");
  if ("d" in jwk) throw new Error("it is a private key; expected the public one, which the gateway needs alone");
  if (jwk.use !== undefined && jwk.use !== "sig") throw new Error(`its use is ${JSON.stringify(jwk.use)}`);
  const family = jwk.kty === "RSA" ? RSA : curve(jwk.crv);
  const algorithms = jwk.alg === undefined ? family : family.filter((name) => name === jwk.alg);
  if (algorithms.length === 0) throw new Error("expected an RSA, EC or Ed25519 key with a fitting alg");
  if (jwk.kty === "RSA" && Buffer.from(jwk.n ?? "", "base64url").length < RSA_BYTES) {
    throw new Error("expected an RSA key of at least 2048 bits");
  }
  try {
    createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    throw new Error("it cannot be read");
  }
  return { material: jwk, algorithms, ...(typeof jwk.kid === "string" ? { id: jwk.kid } : {}) };
}

/** The one key of those that fits a token: by its id where the token has one, else by its algorithm alone. */
export function selectKey(keys: readonly TokenKey[], { algorithm, id }: KeyHint): TokenKey | undefined {
  const fitting = keys.filter(({ algorithms }) => algorithms.includes(algorithm));
  // A key without an id is for tokens of any.
  const [key, other] = id === undefined ? fitting : fitting.filter((key) => key.id === id || key.id === undefined);
  return other === undefined ? key : undefined;
}

/** Keys that do not change. */
export function fixedKeys(keys: readonly TokenKey[]): TokenKeys {
  return { find: (hint) => Promise.resolve(selectKey(keys, hint)) };
}

function curve(name: unknown): readonly string[] {
  return typeof name === "string" && Object.hasOwn(CURVES, name) ? CURVES[name]! : [];
}
