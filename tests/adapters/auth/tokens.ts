/** Tokens as identity providers make them, and as attackers do. */
import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { type JWK, type JWTPayload, SignJWT } from "jose";

/** A key pair of a signer. */
export interface Signer {
  readonly algorithm: string;
  readonly id?: string;
  readonly publicJwk: JWK;
  readonly publicPem: string;
  readonly privatePem: string;
  /** A token; its `exp` is an hour from `now` unless the claims say otherwise. */
  sign(claims: JWTPayload, head?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** When the tests are, in milliseconds since 1970. */
export const NOW = 1_763_830_000_000;
/** The same, in the seconds of claims. */
export const SECOND = NOW / 1000;

/** A secret that is long enough. */
export const SECRET = "a secret of thirty-two bytes, or more";

/** Makes a key pair. */
export function signer(algorithm: "RS256" | "ES256" | "EdDSA", id?: string): Signer {
  const { publicKey, privateKey } = pair(algorithm);
  const named = id === undefined ? {} : { kid: id };
  const pem = { format: "pem" } as const;
  const privateJwk = privateKey.export({ format: "jwk" }) as JWK;
  return {
    algorithm,
    ...(id === undefined ? {} : { id }),
    publicJwk: { ...publicKey.export({ format: "jwk" }), ...named } as JWK,
    publicPem: publicKey.export({ type: "spki", ...pem }) as string,
    privatePem: privateKey.export({ type: "pkcs8", ...pem }) as string,
    sign: (claims, head) =>
      new SignJWT({ exp: SECOND + 3_600, sub: "ann", ...claims })
        .setProtectedHeader({ alg: algorithm, ...named, ...head })
        .sign(privateJwk),
  };
}

/** A token that a secret signed. */
export function signedBySecret(
  claims: JWTPayload,
  { secret = SECRET, ...head }: Readonly<Record<string, unknown>> & { readonly secret?: string | Uint8Array } = {},
): Promise<string> {
  const key = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  return new SignJWT({ exp: SECOND + 3_600, sub: "ann", ...claims })
    .setProtectedHeader({ alg: "HS256", ...head })
    .sign(key);
}

/** Bytes, text or JSON as a part of a token. */
export function part(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

/** A token with another head or payload, and its signature as it was. */
export function altered(token: string, changes: { readonly head?: unknown; readonly payload?: unknown }): string {
  const [head, payload, signature] = token.split(".");
  return [
    changes.head === undefined ? head : part(changes.head),
    changes.payload === undefined ? payload : part(changes.payload),
    signature,
  ].join(".");
}

function pair(algorithm: string): { publicKey: KeyObject; privateKey: KeyObject } {
  if (algorithm === "RS256") return generateKeyPairSync("rsa", { modulusLength: 2048 });
  return algorithm === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
}
