/** Makes users of a broker that authenticate by SCRAM. */

import { Kafka, logLevel } from "kafkajs";
import { parseAddress } from "../../adapters/kafka/client.ts";
import { openLink } from "../../adapters/kafka/link.ts";
import { type Api, call } from "../../adapters/kafka/wire/call.ts";
import type { WireWriter } from "../../adapters/kafka/wire/writer.ts";
import type { KafkaCluster } from "./broker.ts";

/** SCRAM's mechanisms, as Kafka numbers them. */
const MECHANISMS = [{ number: 1, hash: "SHA-256", bytes: 32 }, { number: 2, hash: "SHA-512", bytes: 64 }] as const;
const ITERATIONS = 4_096;
const ALTER: Api = { key: 51, name: "AlterUserScramCredentials", lowest: 0, highest: 0, flexibleFrom: 0 };

/** Lets a user in by SCRAM-SHA-256 and SCRAM-SHA-512, and resolves when the broker knows of it. */
export async function addScramUser(
  { brokers }: Pick<KafkaCluster, "brokers">,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<void> {
  const closing = new AbortController();
  const kafka = new Kafka({ brokers, clientId: "tidegate-test", logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const link = await openLink(kafka, parseAddress(brokers[0]!), { deadlineMs: 5_000, signal: closing.signal });
  try {
    // A request may alter a user once.
    for (const { number, hash, bytes } of MECHANISMS) {
      const salt = crypto.getRandomValues(new Uint8Array(16));
      const salted = await saltedPassword(password, { salt, hash, bytes });
      const { error, reason } = await link.ask(ALTER, (version) =>
        call({ api: ALTER, version }, {
          write(to) {
            to.array([], () => {}).array([number], (mechanism) => {
              to.string(username).int8(mechanism).int32(ITERATIONS);
              writeBytes(to, salt);
              writeBytes(to, salted);
              to.end();
            }).end();
          },
          read(from) {
            from.int32();
            const [result] = from.array(() => {
              from.string();
              return { error: from.int16(), reason: from.nullableString() };
            });
            return result!;
          },
        }), 5_000);
      if (error !== 0) {
        throw new Error(`Cannot add the SCRAM-${hash} password of ${username}: error ${error} ${reason}`);
      }
    }
  } finally {
    link.close();
  }
}

async function saltedPassword(
  password: string,
  { salt, hash, bytes }: { readonly salt: Uint8Array<ArrayBuffer>; readonly hash: string; readonly bytes: number },
): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: "PBKDF2", salt, hash, iterations: ITERATIONS }, key, bytes * 8),
  );
}

function writeBytes(to: WireWriter, bytes: Uint8Array): void {
  to.varint(bytes.length + 1);
  for (const byte of bytes) to.int8(byte);
}
