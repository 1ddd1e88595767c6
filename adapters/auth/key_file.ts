/** Public keys in files. */
import { createPublicKey } from "node:crypto";
import type { JWK } from "jose";
import { publicKey, type TokenKey } from "./token_key.ts";

/**
 * The keys of a text: one public key or certificate in PEM, a JWK, or a JWK set.
 *
 * @throws {Error} with the reason where it is none of them, or holds a private key
 */
export function keysIn(text: string): readonly TokenKey[] {
  return text.includes("-----BEGIN ") ? [publicKey(pemKey(text))] : jwks(text).map(publicKey);
}

function pemKey(text: string): JWK {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new Error("it is a private key; expected the public one: openssl pkey -pubout -in <file>");
  }
  try {
    return createPublicKey(text).export({ format: "jwk" }) as JWK;
  } catch {
    throw new Error("its key cannot be read");
  }
}

function jwks(text: string): readonly JWK[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("expected a public key in PEM, or a JWK");
  }
  const keys = isObject(value) && Array.isArray(value.keys) ? value.keys : [value];
  if (keys.length === 0 || !keys.every(isObject)) throw new Error("expected a JWK, or a set with one at least");
  return keys as JWK[];
}

/** Whether a parsed value is an object, and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
