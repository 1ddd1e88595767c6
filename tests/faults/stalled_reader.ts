/** A client that subscribes and then reads nothing. */
import { assert, assertLess } from "@std/assert";
import type { Client } from "../../client/mod.ts";
import { RawClient } from "../contract/transport/raw_client.ts";
import { adminOf, metricsOf } from "../e2e/admin.ts";
import type { GatewayProcess } from "../e2e/gateway_process.ts";

/** A client that does not read. */
export interface StalledReader extends Disposable {
  readonly session: string;
  /** Reads on, to the end of what came, and gives the close code where there is one. */
  readClose(): Promise<number | undefined>;
}

/** How soon a gateway deals with a client that has reached its limit, in milliseconds. */
const DEALT_WITH_MS = 10_000;
const PAYLOAD = "x".repeat(8_000);
/** So many of 8 KB at once. */
const WAVE = 40;

/** Subscribes to channels, and stops reading. */
export async function stalledReader(
  gateway: Pick<GatewayProcess, "http">,
  channels: readonly string[],
): Promise<StalledReader> {
  const { hostname, port } = new URL(gateway.http);
  const client = await RawClient.open({ hostname, port: Number(port) });
  const requests = channels.map((channel, at) => JSON.stringify({ id: at + 1, subscribe: { channel } }));
  await client.send(1, [JSON.stringify({ connect: {} }), ...requests].join("\n"));
  let head = "";
  while (head.split('"subscribed"').length <= channels.length) {
    const frame = await client.read();
    assert(frame?.opcode === 1, `opcode ${frame?.opcode} after ${head}`);
    head += new TextDecoder().decode(frame.payload);
  }
  const session = /"session":"([^"]+)"/.exec(head)?.[1];
  assert(session !== undefined, head);
  return {
    session,
    readClose: async () => (await client.readClose())?.code,
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

/**
 * Publishes 8 KB at a time to a channel of a stalled reader, until the gateway has dealt with it: until it has ended the session, or left
 * something out. Resolves with how many were published.
 *
 * @throws {Error} where its queue was over the limit for more than 10 s
 */
export async function floodUntilDealtWith(
  gateway: Pick<GatewayProcess, "lines">,
  options: {
    readonly publisher: Client;
    readonly channel: string;
    readonly reader: StalledReader;
    readonly limitBytes: number;
    readonly by: "end" | "skip";
  },
): Promise<number> {
  const { publisher, channel, reader, limitBytes, by } = options;
  const look = async () => {
    const metrics = await metricsOf(gateway);
    const { slowest } = await (await fetch(`${adminOf(gateway)}/connections`)).json();
    return {
      sessions: metrics.get("tidegate_sessions")!,
      skipped: metrics.get("tidegate_publications_skipped_total")!,
      queued: slowest.find(({ session }: { session: string }) => session === reader.session)?.queuedBytes ?? 0,
    };
  };
  // It is connected then, and counts as a session before and after.
  await publisher.publish(channel, "first");
  const before = await look();
  let overSinceMs: number | undefined;
  for (let published = 0;;) {
    await Promise.all(Array.from({ length: WAVE }, () => publisher.publish(channel, [published++, PAYLOAD])));
    const now = await look();
    if (by === "end" ? now.sessions < before.sessions : now.skipped > before.skipped) return published;
    // Buffers of the system that fill up take from the queue for a while.
    overSinceMs = now.queued >= limitBytes ? overSinceMs ?? performance.now() : undefined;
    if (overSinceMs !== undefined) {
      assertLess(
        performance.now() - overSinceMs,
        DEALT_WITH_MS,
        `${now.queued} bytes wait for a client that is stalled`,
      );
    }
  }
}
