/**
 * One connection to one broker, by kafkajs: it brings sockets, TLS, SASL and the framing of requests.
 *
 * This reaches into kafkajs 2.2.4, whose public API has no way to ask one broker one thing;
 * `tests/adapters/kafka/kafkajs_broker_test.ts` holds the parts that it relies on.
 */
import { Buffer } from "node:buffer";
import type { ISocketFactory, Kafka } from "kafkajs";
import type { Address } from "./client.ts";
import type { LinkSecurity } from "./connect_error.ts";
import type { Call } from "./wire/call.ts";

/** The versions of requests that a broker speaks, by Kafka's number of the request. */
export type ApiVersions = Readonly<Record<string, { readonly minVersion: number; readonly maxVersion: number }>>;

/** A connection that is not made yet. */
export interface KafkajsBroker {
  readonly security: LinkSecurity;
  /** Whether the broker answered bytes of TLS to what was not. */
  readonly heardTls: boolean;
  /** Connects, asks for the broker's versions and authenticates. Call once. No deadline. */
  connect(): Promise<ApiVersions>;
  /** Asks one thing. Answers come in the order of the questions. No deadline. */
  send<T>(call: Call<T>): Promise<T>;
  /** The values of topics' configuration entries, by topic. */
  topicConfigs(
    topics: readonly string[],
    names: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>>;
  /** Makes topics. Errors are kafkajs'. */
  createTopics(topics: readonly NewTopic[], timeoutMs: number): Promise<void>;
  /** Ends the connection at once; what was asked fails with `reason`. */
  destroy(reason: Error): void;
  /** Calls back once, when the connection has ended. Only after `connect`. */
  onEnd(ended: () => void): void;
}

/** A topic that is to be made. */
export interface NewTopic {
  readonly topic: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly configEntries: readonly { readonly name: string; readonly value: string }[];
}

/** What is used of kafkajs' Cluster. */
interface Cluster {
  readonly rootLogger: unknown;
  readonly connectionPoolBuilder: { build(address: Address): Promise<ConnectionPool> };
  readonly brokerPool: { createBroker(options: { logger: unknown; connectionPool: ConnectionPool }): Broker };
}

interface ConnectionPool {
  readonly pool: readonly Connection[];
}

interface Connection {
  socketFactory: ISocketFactory;
  readonly ssl: boolean | { readonly ca?: unknown; readonly cert?: unknown } | null;
  readonly sasl: { readonly mechanism: string; readonly username: string } | null;
  readonly socket?: Socket;
  readonly requestQueue: RequestQueue;
  send(request: { request: unknown; response: unknown }): Promise<unknown>;
}

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(): void;
  destroy(): void;
  rejectAll(reason: Error): void;
}

interface Socket {
  destroy(reason?: Error): void;
  once(event: "close", listener: () => void): void;
}

interface Broker {
  readonly versions: ApiVersions;
  connect(): Promise<void>;
  describeConfigs(request: { resources: readonly unknown[] }): Promise<{ readonly resources: readonly Resource[] }>;
  createTopics(request: { topics: readonly NewTopic[]; timeout: number }): Promise<unknown>;
}

interface Resource {
  readonly resourceName: string;
  readonly configEntries: readonly { readonly configName: string; readonly configValue: string | null }[];
}

const TOPIC_RESOURCE = 2;
/** How TLS says that it was not spoken to in TLS. As the start of an answer of Kafka's, these are a length of 340 MB. */
const TLS_ALERT = 0x15;
const TLS_VERSION = 0x03;

/** Makes a connection to a broker, with the client's TLS, SASL and socket factory. */
export async function kafkajsBroker(kafka: Kafka, address: Address): Promise<KafkajsBroker> {
  const cluster = clusterOf(kafka);
  const connectionPool = await cluster.connectionPoolBuilder.build(address);
  const broker = cluster.brokerPool.createBroker({ logger: cluster.rootLogger, connectionPool });
  // kafkajs keeps a second connection for fetches: here a connection carries either, so the first one is all.
  const connection = connectionPool.pool[0]!;
  restIdleQueue(connection.requestQueue);
  const security = securityOf(connection);
  let heardTls = false;
  let socketError: Error | undefined;
  let destroyed: Error | undefined;
  const makeSocket = connection.socketFactory;
  connection.socketFactory = (args) => {
    const socket = makeSocket(args);
    // kafkajs makes it some turns after it was asked to connect.
    if (destroyed) socket.destroy(destroyed);
    // kafkajs loses one that comes between TLS and its first request, and tells what follows from it.
    socket.once("error", (error) => socketError = error);
    if (!security.tls) {
      socket.once("data", ([type, version]: Uint8Array) => heardTls = type === TLS_ALERT && version === TLS_VERSION);
    }
    return socket;
  };
  const destroy = (reason: Error) => {
    destroyed = reason;
    for (const each of connectionPool.pool) {
      each.requestQueue.destroy();
      // The error makes kafkajs clear its connection timer and fail what waits, authentication excepted.
      each.socket?.destroy(reason);
      each.requestQueue.rejectAll(reason);
    }
  };
  return {
    security,
    get heardTls() {
      return heardTls;
    },
    async connect() {
      try {
        await broker.connect();
      } catch (error) {
        throw socketError ?? error;
      }
      return broker.versions;
    },
    async send<T>(call: Call<T>) {
      const body = Buffer.from(call.body.buffer, call.body.byteOffset, call.body.byteLength);
      const request = {
        apiKey: call.api.key,
        apiVersion: call.version,
        apiName: call.api.name,
        encode: () => Promise.resolve({ buf: body, buffer: body }),
      };
      const response = {
        // A plain view: a Buffer's slice() copies nothing, and its records would keep the socket's chunk.
        // The caller heeds a broker's throttling (`FetchResponse.throttleMs`): kafkajs would hold requests back unseen.
        decode: ({ buffer, byteOffset, byteLength }: Uint8Array) =>
          Promise.resolve({
            answer: call.read(new Uint8Array(buffer, byteOffset, byteLength)),
            clientSideThrottleTime: null,
          }),
        parse: (decoded: { answer: T }) => Promise.resolve(decoded.answer),
      };
      return await connection.send({ request, response }) as T;
    },
    async topicConfigs(topics, names) {
      const resources = topics.map((name) => ({ type: TOPIC_RESOURCE, name, configNames: names }));
      const described = await broker.describeConfigs({ resources });
      return new Map(described.resources.map((resource) => [
        resource.resourceName,
        new Map(resource.configEntries.map((entry) => [entry.configName, entry.configValue ?? ""])),
      ]));
    },
    async createTopics(topics, timeoutMs) {
      await broker.createTopics({ topics, timeout: timeoutMs });
    },
    destroy,
    onEnd(ended) {
      connection.socket?.once("close", ended);
    },
  };
}

function securityOf({ ssl, sasl }: Connection): LinkSecurity {
  const { ca, cert } = typeof ssl === "object" && ssl !== null ? ssl : {};
  return {
    tls: Boolean(ssl),
    ca: ca !== undefined,
    cert: cert !== undefined,
    ...(sasl ? { sasl: { mechanism: sasl.mechanism.toUpperCase(), username: sasl.username } } : {}),
  };
}

/** An idle queue of kafkajs asks itself for work on a timer, over and over: only one that holds requests back needs to. */
function restIdleQueue(queue: RequestQueue): void {
  const schedule = queue.scheduleCheckPendingRequests.bind(queue);
  queue.scheduleCheckPendingRequests = () => {
    if (queue.pending.length > 0 || queue.throttledUntil > Date.now()) schedule();
  };
}

function clusterOf(kafka: Kafka): Cluster {
  const name = "private:Kafka:createCluster";
  const symbol = Object.getOwnPropertySymbols(kafka).find((each) => each.description === name);
  const create = symbol && (kafka as unknown as Record<symbol, unknown>)[symbol];
  if (typeof create !== "function") throw new Error(`Cannot use kafkajs: it has no ${name}; expected version 2.2.4`);
  return create({ allowAutoTopicCreation: false, maxInFlightRequests: null }) as Cluster;
}
