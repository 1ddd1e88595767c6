import { assertEquals } from "@std/assert";
import { DEFAULT_SETTINGS } from "../../../domain/settings.ts";
import { load, mistakes } from "./fixtures.ts";

Deno.test("without a file and an environment the defaults hold", () => {
  const { routes, ...configuration } = load();
  assertEquals<unknown>(configuration, {
    name: "tidegate",
    http: { host: "127.0.0.1", port: 8080 },
    admin: { host: "127.0.0.1" },
    auth: {
      mode: "none",
      header: "user_id",
      allowRemote: false,
      denyList: false,
      proxySecretHeader: "x-tidegate-proxy-secret",
    },
    log: { kind: "sqlite", path: "./data", partitions: 4 },
    limits: {
      frameBytes: 64 * 1024,
      subscriptions: 128,
      connections: 50_000,
      connectionsPerUser: 32,
      connectionsPerAddress: 1_000,
      headBytes: 8 * 1024,
      handshakeSeconds: 5,
      connectWaitMs: 1_000,
      connectSeconds: 10,
      pingSeconds: 20,
      pongSeconds: 10,
      queueBytes: 1024 * 1024,
      publishesInFlight: 256,
      publishSeconds: 10,
      requestsPerSecond: 2_000,
      publishesPerSecond: 1_000,
      subscribesPerSecond: 100,
      userRequestsPerSecond: 4_000,
      userPublishesPerSecond: 2_000,
      burstSeconds: 5,
      recordBytes: 1024 * 1024,
      replayPublications: 10_000,
      replayOffsets: 1_000_000,
      replayBytes: 256 * 1024 * 1024,
      replaysAtOnce: 8,
      tailMemoryBytes: 67_108_864,
      restSeconds: 30,
      pipelineOutputs: 16,
      pipelineMs: 2_000,
      dedupOffsets: 200_000,
      dedupMinutes: 5,
      presenceExpirySeconds: 10,
      drainSeconds: 10,
      drainInterruptSeconds: 4,
    },
    telemetry: { format: "auto", level: "info" },
    pipelines: [],
  });
  assertEquals(
    routes.map(({ channel, topic, partitioner, payload, echo, sentCopy }) => {
      return { channel, topic, partitioner, payload, echo, sentCopy };
    }),
    [
      { channel: "chat:{room}", topic: "chat", partitioner: "murmur2", payload: "json", echo: true, sentCopy: false },
      { channel: "user:{user}", topic: "direct", partitioner: "murmur2", payload: "json", echo: true, sentCopy: true },
    ],
  );
});

Deno.test("the defaults are the domain's", () => {
  const { limits } = load();
  assertEquals<unknown>(DEFAULT_SETTINGS, {
    frameBytes: limits.frameBytes,
    subscriptionsPerConnection: limits.subscriptions,
    connectionsPerUser: limits.connectionsPerUser,
    connectWaitMs: limits.connectWaitMs,
    connectMs: limits.connectSeconds * 1000,
    pingSeconds: limits.pingSeconds,
    queueBytes: limits.queueBytes,
    publishesInFlight: limits.publishesInFlight,
    answerMs: limits.publishSeconds * 1_000,
    recordBytes: limits.recordBytes,
    rates: {
      requests: limits.requestsPerSecond,
      publishes: limits.publishesPerSecond,
      subscribes: limits.subscribesPerSecond,
      userRequests: limits.userRequestsPerSecond,
      userPublishes: limits.userPublishesPerSecond,
      burstSeconds: limits.burstSeconds,
    },
    replay: {
      publications: limits.replayPublications,
      offsets: limits.replayOffsets,
      bytes: limits.replayBytes,
    },
    pipeline: { outputs: limits.pipelineOutputs, ms: limits.pipelineMs },
    duplicates: { offsets: limits.dedupOffsets, ms: limits.dedupMinutes * 60_000 },
    presenceExpiryMs: limits.presenceExpirySeconds * 1000,
    restAfterMs: limits.restSeconds * 1000,
  });
});

Deno.test("the file goes before the defaults, and the environment before the file", () => {
  const toml = 'name = "file"\n[http]\nport = 1000\nhost = "localhost"';
  const { name, http } = load({ toml, env: { HTTP_PORT: "2000" } });
  assertEquals({ name, http }, { name: "file", http: { host: "localhost", port: 2000 } });
});

Deno.test("an empty variable is an absent one", () => {
  const env = { HTTP_PORT: "", KAFKA_BROKERS: "", KAFKA_BROKER: "", TIDEGATE_CONFIG: "", TIDEGATE_SECRET: "" };
  assertEquals(load({ env }), load());
});

Deno.test("a file with a byte order mark and Windows' line ends is read", () => {
  assertEquals(load({ toml: "\ufeff[http]\r\nport = 1\r\n" }).http.port, 1);
});

Deno.test("the file is the named one, else the environment's, else config.toml", () => {
  const files = { "a.toml": 'name = "a"', "b.toml": 'name = "b"', "config.toml": 'name = "config"' };
  assertEquals(load({ files, path: "a.toml", env: { TIDEGATE_CONFIG: "b.toml" } }).name, "a");
  assertEquals(load({ files, env: { TIDEGATE_CONFIG: "b.toml" } }).name, "b");
  assertEquals(load({ files }).name, "config");
});

Deno.test("a file that is named has to be there", () => {
  const message = "absent.toml: cannot read the configuration file: there is no such file";
  assertEquals(mistakes({ path: "absent.toml" }), [message]);
  assertEquals(mistakes({ env: { TIDEGATE_CONFIG: "absent.toml" } }), [message]);
});

Deno.test("a log is Kafka where brokers are given, unless the file says otherwise", () => {
  const env = { KAFKA_BROKERS: "a:1" };
  assertEquals(load({ env }).log.kind, "kafka");
  assertEquals(load({ toml: '[kafka]\nbrokers = ["a:1"]' }).log.kind, "kafka");
  const sqlite = load({ env, toml: '[log]\nkind = "sqlite"' });
  assertEquals([sqlite.log.kind, sqlite.kafka], ["sqlite", undefined]);
});

Deno.test("what is set is what the gateway gets", () => {
  const toml = `
    node = "n-1"
    [auth]
    mode = "header"
    header = "X-User"
    trusted_proxies = ["10.0.0.0/8"]
    proxy_secret = "${"s".repeat(32)}"
    [log]
    kind = "memory"
    retention_hours = 1.5
    retention_bytes = 5_000_000_000
    [limits]
    handshake_seconds = 0.2
    [[routes]]
    channel = "ticker"
    publish = "nobody"
    topic = "ticks"
    partitioner = "crc32"
    payload = "bytes"
    echo = false
    slow = "conflate"
presence_scope = "announced"
    value = "capnp"
  `;
  const { node, auth, log, limits, routes } = load({ toml });
  assertEquals(node, "n-1");
  assertEquals<unknown>(auth, {
    mode: "header",
    header: "x-user",
    allowRemote: false,
    denyList: false,
    trustedProxies: ["10.0.0.0/8"],
    proxySecret: "s".repeat(32),
    proxySecretHeader: "x-tidegate-proxy-secret",
  });
  assertEquals<unknown>(log, {
    kind: "memory",
    path: "./data",
    partitions: 4,
    retentionHours: 1.5,
    retentionBytes: 5e9,
  });
  assertEquals(limits.handshakeSeconds, 0.2);
  assertEquals<unknown>(routes, [{
    channel: "ticker",
    topic: "ticks",
    partitioner: "crc32",
    payload: "bytes",
    value: "capnp",
    echo: false,
    slow: "conflate",
    sentCopy: false,
    allow: { publish: "nobody" },
    presenceScope: "announced",
    prefix: "ticker",
    suffix: "",
    variable: undefined,
  }]);
});

Deno.test("pipelines are seen from the folder of the configuration file", () => {
  const route = (name: string, pipeline: string) =>
    `[[routes]]\nchannel = "${name}:{x}"\ntopic = "a"\npipeline = "${pipeline}"\n`;
  const text = route("a", "./pipelines/a.ts") + route("b", "/etc/b.ts") + route("c", "../c.ts");
  assertEquals(load({ toml: text }).pipelines, [
    { route: 0, path: "pipelines/a.ts" },
    { route: 1, path: "/etc/b.ts" },
    { route: 2, path: "../c.ts" },
  ]);
  const file = "/etc/tidegate/gateway.toml";
  assertEquals(load({ path: file, files: { [file]: text } }).pipelines, [
    { route: 0, path: "/etc/tidegate/pipelines/a.ts" },
    { route: 1, path: "/etc/b.ts" },
    { route: 2, path: "/etc/c.ts" },
  ]);
});
