/** Certificates for tests, made in milliseconds: an authority, and what it signs. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { Buffer } from "node:buffer";

/** A key and its certificate, as PEM. */
export interface Certified {
  /** The certificate. */
  readonly cert: string;
  /** The private key, PKCS#8. */
  readonly key: string;
}

/** Signs certificates on the elliptic curve P-256, valid from an hour ago for a day. */
export interface Authority extends Certified {
  /** A certificate of a broker at localhost and an IP address, by default 127.0.0.1; or of a client. */
  certify(name: string, options?: { readonly address?: string }): Certified;
}

interface Content {
  readonly name: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Uint8Array[];
}

/** Makes an authority that nobody trusts yet. */
export function authority(name: string): Authority {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const basicConstraints = extension("551d13", sequence(boolean(true)), true);
  const keyCertSign = extension("551d0f", tlv(0x03, bytes("0204")), true);
  const make = (content: Omit<Content, "issuer">) => certificate({ ...content, issuer: name }, own.privateKey);
  return {
    cert: make({ name, publicKey: own.publicKey, extensions: [basicConstraints, keyCertSign] }),
    key: pemKey(own.privateKey),
    certify(name, { address = "127.0.0.1" } = {}) {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const ip = tlv(0x87, Uint8Array.from(address.split("."), Number));
      const names = extension("551d11", sequence(tlv(0x82, utf8.encode("localhost")), ip));
      const purposes = extension("551d25", sequence(oid("2b06010505070301"), oid("2b06010505070302")));
      return {
        cert: make({ name, publicKey, extensions: [extension("551d13", sequence(), true), names, purposes] }),
        key: pemKey(privateKey),
      };
    },
  };
}

const utf8 = new TextEncoder();
const HOUR_MS = 3_600_000;
const ECDSA_WITH_SHA256 = sequence(oid("2a8648ce3d040302"));

/** X.509, version 3 (RFC 5280). */
function certificate({ name, issuer, publicKey, extensions }: Content, signer: KeyObject): string {
  const serial = randomBytes(9);
  serial[0] = 1;
  const from = Date.now() - HOUR_MS;
  const content = sequence(
    tlv(0xa0, tlv(0x02, bytes("02"))),
    tlv(0x02, serial),
    ECDSA_WITH_SHA256,
    commonName(issuer),
    sequence(utcTime(from), utcTime(from + 24 * HOUR_MS)),
    commonName(name),
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", Buffer.from(content), signer);
  return pem("CERTIFICATE", sequence(content, ECDSA_WITH_SHA256, tlv(0x03, concat([bytes("00"), signature]))));
}

function commonName(name: string): Uint8Array {
  return sequence(tlv(0x31, sequence(oid("550403"), tlv(0x0c, utf8.encode(name)))));
}

function extension(id: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(0x04, value));
}

function utcTime(ms: number): Uint8Array {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "").slice(2);
  return tlv(0x17, utf8.encode(text));
}

function boolean(value: boolean): Uint8Array {
  return tlv(0x01, bytes(value ? "ff" : "00"));
}

function oid(hex: string): Uint8Array {
  return tlv(0x06, bytes(hex));
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(0x30, concat(parts));
}

/** DER: a tag, a length, a value of less than 64 KiB. */
function tlv(tag: number, value: Uint8Array): Uint8Array {
  const { length } = value;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concat([Uint8Array.of(tag, ...size), value]);
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function pemKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function pem(label: string, der: Uint8Array): string {
  const lines = der.toBase64().match(/.{1,64}/g)!.join("\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
