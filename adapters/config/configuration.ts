/** A configuration that was found to be right: every value is there, and of its type. */
import type { Route } from "../../domain/route.ts";
import type { Level } from "../../domain/ports/telemetry.ts";
import type { TokenKey } from "../auth/token_key.ts";
import type { LogFormat } from "../telemetry/console_telemetry.ts";

/** What the gateway runs by; `docs/configuration.md` says what each setting is for. */
export interface Configuration {
  readonly name: string;
  /** Absent: the node makes itself a name at every start. */
  readonly node?: string;
  readonly http: HttpConfiguration;
  readonly admin: AdminConfiguration;
  readonly auth: AuthConfiguration;
  /** Present where `auth.mode` is `jwt`. */
  readonly jwt?: JwtConfiguration;
  readonly log: LogConfiguration;
  /** Present where `log.kind` is `kafka`. */
  readonly kafka?: KafkaConfiguration;
  readonly limits: LimitsConfiguration;
  readonly telemetry: { readonly format: LogFormat; readonly level: Level };
  /** One or more; their patterns do not overlap. */
  readonly routes: readonly Route[];
  /** The modules with the pipelines of routes, which `loadPipelines` puts into them. */
  readonly pipelines: readonly PipelineFile[];
}

/** Where the pipelines of a route are. */
export interface PipelineFile {
  /** The route's place in the list, from 0. */
  readonly route: number;
  /** Absolute, or seen from the working directory. */
  readonly path: string;
}

/** Where the gateway listens. */
export interface HttpConfiguration {
  /** An IP address or host name. */
  readonly host: string;
  /** 0 takes any port that is free. */
  readonly port: number;
  /** In lower case; absent: no proxy says who its clients are. */
  readonly clientAddressHeader?: string;
  /** Without ports; absent: those that the mode lets in. */
  readonly allowedHosts?: readonly string[];
}

/** Where operators are answered. Safe together: without a token it is on loopback only. */
export interface AdminConfiguration {
  /** An IP address or host name. */
  readonly host: string;
  /** Absent: nowhere. 0 takes any port that is free. */
  readonly port?: number;
  /** 32 characters or more. */
  readonly token?: string;
}

/** Who clients are. Safe together: a mode that trusts anyone is on loopback only, unless `allowRemote` is set. */
export interface AuthConfiguration {
  readonly mode: "none" | "header" | "jwt";
  /** Whether users and tokens can be denied by the topic `tidegate.control`. */
  readonly denyList: boolean;
  /** In lower case. */
  readonly header: string;
  /** 32 characters or more; absent: one is to be made for the process. */
  readonly secret?: string;
  readonly allowRemote: boolean;
  /** Origins whose pages may connect besides those that the mode lets in; absent: no others. */
  readonly allowedOrigins?: readonly string[];
  /** IP addresses and ranges of them; absent: only this machine is trusted. */
  readonly trustedProxies?: readonly string[];
  /** 32 characters or more. */
  readonly proxySecret?: string;
  /** In lower case. */
  readonly proxySecretHeader: string;
}

/** Whose tokens are taken. */
export interface JwtConfiguration {
  /** One or more keys, or the `https:` URL (on this machine `http:`) of a set of them. */
  readonly keys: readonly TokenKey[] | { readonly url: string };
  /** What signs development tokens, where the key is a secret: 32 bytes or more. */
  readonly secret?: string;
  /** Some of those that the keys have; absent: all of these. */
  readonly algorithms?: readonly string[];
  /** Absent: any. */
  readonly issuer?: string;
  /** One or more, of which a token has to have one; absent: any. */
  readonly audience?: readonly string[];
  readonly userClaim: string;
  readonly permissionsClaim: string;
}

/** Where messages are kept. */
export interface LogConfiguration {
  readonly kind: "sqlite" | "memory" | "kafka";
  /** The folder of `log.sqlite`. */
  readonly path: string;
  /** Of each topic of an embedded log. */
  readonly partitions: number;
  /** Absent: records are kept for ever. */
  readonly retentionHours?: number;
  /** Absent: no limit. */
  readonly retentionBytes?: number;
}

/** How Kafka is reached. */
export interface KafkaConfiguration {
  /** One or more, each `host:port`. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** `false`: no TLS. `true`: TLS that trusts Deno's certificates. Else PEM texts, already read. */
  readonly ssl: boolean | { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Absent where the protocol has no SASL. */
  readonly sasl?: {
    readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: string;
  };
  /** `false`: topics have to exist. */
  readonly createTopics: false | { readonly partitions: number; readonly replicationFactor: number };
}

/** Limits and deadlines, each in the unit that its name ends with. */
export interface LimitsConfiguration {
  readonly frameBytes: number;
  /** A connection. */
  readonly subscriptions: number;
  /** On this node. */
  readonly connections: number;
  readonly connectionsPerUser: number;
  readonly connectionsPerAddress: number;
  /** Absent: what the runtime gives is the only limit. */
  readonly memoryBytes?: number;
  readonly headBytes: number;
  readonly handshakeSeconds: number;
  readonly connectWaitMs: number;
  readonly connectSeconds: number;
  readonly pingSeconds: number;
  readonly pongSeconds: number;
  /** At least `frameBytes`. */
  readonly queueBytes: number;
  readonly publishesInFlight: number;
  readonly publishSeconds: number;
  /** Of a connection, as the next two are. */
  readonly requestsPerSecond: number;
  readonly publishesPerSecond: number;
  readonly subscribesPerSecond: number;
  readonly userRequestsPerSecond: number;
  readonly userPublishesPerSecond: number;
  readonly burstSeconds: number;
  readonly recordBytes: number;
  readonly replayPublications: number;
  readonly replayOffsets: number;
  readonly replayBytes: number;
  readonly replaysAtOnce: number;
  readonly tailMemoryBytes: number;
  readonly restSeconds: number;
  readonly pipelineOutputs: number;
  readonly pipelineMs: number;
  readonly dedupOffsets: number;
  readonly dedupMinutes: number;
  readonly presenceExpirySeconds: number;
  readonly drainSeconds: number;
  readonly drainInterruptSeconds: number;
}
