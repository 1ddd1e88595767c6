/** A connection to one broker on which nothing waits for ever. */
import type { Kafka } from "kafkajs";
import type { Address } from "./client.ts";
import { connectError, silentEndHint } from "./connect_error.ts";
import { type ApiVersions, type KafkajsBroker, kafkajsBroker } from "./kafkajs_broker.ts";
import { LinkError } from "./link_error.ts";
import { within } from "./wait.ts";
import type { Api, Call } from "./wire/call.ts";

export { LinkError } from "./link_error.ts";

/** An open connection to a broker. Ends by itself when a question is not answered in time. */
export interface Link {
  /** `host:port` */
  readonly address: string;
  readonly closed: boolean;
  /** Asks one thing; fails with {@linkcode LinkError}. `make` gets the version to ask in. */
  ask<T>(api: Api, make: (version: number) => Call<T>, deadlineMs: number): Promise<T>;
  /** Does one of kafkajs' own requests; fails with {@linkcode LinkError} or kafkajs' errors. */
  use<T>(what: string, request: (broker: KafkajsBroker) => Promise<T>, deadlineMs: number): Promise<T>;
  /** Ends the connection; what is being asked fails. Safe to call twice. */
  close(): void;
}

/** Connects to a broker; fails with {@linkcode LinkError} within `deadlineMs`, or when `signal` aborts. */
export async function openLink(
  kafka: Kafka,
  to: Address,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<Link> {
  const { deadlineMs, signal } = options;
  const address = `${to.host}:${to.port}`;
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  const broker = await kafkajsBroker(kafka, to);
  let closed = false;

  const end = (reason: LinkError) => {
    if (closed) return;
    closed = true;
    signal.removeEventListener("abort", close);
    broker.destroy(reason);
    ended.reject(reason);
  };
  const close = () => end(new LinkError(`Connection to ${address} was closed`));
  const bounded = async <T>(what: string, task: Promise<T>, ms: number): Promise<T> => {
    const late = () => {
      const error = new LinkError(`Cannot ${what} at ${address}: no answer within ${ms} ms`);
      end(error);
      return error;
    };
    return await within(Promise.race([task, ended.promise]), ms, late);
  };

  signal.addEventListener("abort", close);
  let versions: ApiVersions;
  try {
    signal.throwIfAborted();
    versions = await bounded("connect", broker.connect(), deadlineMs);
  } catch (error) {
    const { security, heardTls } = broker;
    const failure = error instanceof LinkError ? error : connectError({ address, error, security, heardTls });
    end(failure);
    throw failure;
  }
  let answered = false;
  const silence = () => answered ? "" : silentEndHint(broker.security);
  broker.onEnd(() => end(new LinkError(`Connection to ${address} ended${silence()}`)));

  return {
    address,
    get closed() {
      return closed;
    },
    async ask(api, make, ms) {
      const version = commonVersion(api, versions, address);
      const what = `ask for ${api.name}`;
      try {
        const answer = await bounded(what, broker.send(make(version)), ms);
        answered = true;
        return answer;
      } catch (error) {
        if (error instanceof LinkError) throw error;
        const hungUp = (error as { name?: string }).name === "KafkaJSConnectionClosedError";
        throw new LinkError(`Cannot ${what} at ${address}: ${messageOf(error)}${hungUp ? silence() : ""}`);
      }
    },
    use: (what, request, ms) => bounded(what, request(broker), ms),
    close,
  };
}

function commonVersion(api: Api, versions: ApiVersions, address: string): number {
  const known = versions[api.key];
  const version = Math.min(known?.maxVersion ?? -1, api.highest);
  if (!known || version < Math.max(known.minVersion, api.lowest)) {
    const speaks = known ? `versions ${known.minVersion} to ${known.maxVersion}` : "no version";
    throw new LinkError(
      `Cannot ask for ${api.name} at ${address}: it speaks ${speaks} of it, expected ${api.lowest} to ${api.highest} ` +
        `(Kafka ${api.since ?? "2.3"} or newer)`,
      "version",
    );
  }
  return version;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
