/** Looks at certificates and keys before anybody is connected to: TLS itself says little of what is wrong with them. */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** The certificates of a PEM text, in its order: one or more. Throws where there is none, or one cannot be read. */
export function certificatesIn(text: string): readonly X509Certificate[] {
  const blocks = text.match(CERTIFICATE);
  if (!blocks) throw new Error("expected -----BEGIN CERTIFICATE-----");
  return blocks.map((block, at) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new Error(`its certificate ${at + 1} cannot be read`);
    }
  });
}

/** The private key of a PEM text. Throws where there is none, or it cannot be read. */
export function privateKeyIn(text: string): KeyObject {
  if (!PRIVATE_KEY.test(text)) throw new Error("expected -----BEGIN PRIVATE KEY-----");
  if (ENCRYPTED.test(text)) {
    throw new Error("expected a key without a passphrase; openssl pkey -in <file> -out <new file> takes it away");
  }
  try {
    return createPrivateKey(text);
  } catch {
    throw new Error("its key cannot be read");
  }
}

/** Whether a certificate is that of a private key. */
export function areOnePair(certificate: X509Certificate, key: KeyObject): boolean {
  const der = { type: "spki", format: "der" } as const;
  return certificate.publicKey.export(der).equals(createPublicKey(key).export(der));
}
