import { assertEquals } from "@std/assert";
import { ENVIRONMENT_NAMES, loadConfiguration } from "../../../adapters/config/mod.ts";
import { signer } from "../auth/tokens.ts";
import { load, mistakes } from "./fixtures.ts";

type Loaded = ReturnType<typeof load>;

const SASL = {
  KAFKA_BROKERS: "a:1",
  KAFKA_SECURITY_PROTOCOL: "sasl_ssl",
  KAFKA_SASL_MECHANISMS: "PLAIN",
  KAFKA_SASL_USERNAME: "u",
  KAFKA_SASL_PASSWORD: "p",
};

const TOKENS = { TIDEGATE_JWT_SECRET: "j".repeat(32) };

/** The key of the file that each of these tests has. */
const KEY_FILE = { "k.jwk": JSON.stringify({ ...signer("ES256", "k").publicJwk }) };

function keyId({ jwt }: Loaded): unknown {
  return jwt && "length" in jwt.keys ? jwt.keys[0]?.id : undefined;
}

/** By variable: an environment with it, and what it has to make. */
const CASES: Readonly<Record<string, [Record<string, string>, (loaded: Loaded) => unknown, unknown]>> = {
  APP_NAME: [{ APP_NAME: "gate" }, ({ name }) => name, "gate"],
  HTTP_HOST: [{ HTTP_HOST: "::1" }, ({ http }) => http.host, "::1"],
  HTTP_PORT: [{ HTTP_PORT: "0" }, ({ http }) => http.port, 0],
  TIDEGATE_ADMIN_HOST: [{ TIDEGATE_ADMIN_HOST: "::1" }, ({ admin }) => admin.host, "::1"],
  TIDEGATE_ADMIN_PORT: [{ TIDEGATE_ADMIN_PORT: "9465" }, ({ admin }) => admin.port, 9465],
  TIDEGATE_ADMIN_TOKEN: [{ TIDEGATE_ADMIN_TOKEN: "t".repeat(32) }, ({ admin }) => admin.token, "t".repeat(32)],
  TIDEGATE_SECRET: [{ TIDEGATE_SECRET: "s".repeat(32) }, ({ auth }) => auth.secret, "s".repeat(32)],
  TIDEGATE_PROXY_SECRET: [{ TIDEGATE_PROXY_SECRET: "p".repeat(32) }, ({ auth }) => auth.proxySecret, "p".repeat(32)],
  TIDEGATE_ALLOWED_ORIGINS: [
    { TIDEGATE_ALLOWED_ORIGINS: "https://a.example, https://b.example" },
    ({ auth }) => auth.allowedOrigins,
    ["https://a.example", "https://b.example"],
  ],
  TIDEGATE_JWT_SECRET: [TOKENS, ({ jwt }) => jwt?.secret, "j".repeat(32)],
  TIDEGATE_JWT_KEY: [{ TIDEGATE_JWT_KEY: "k.jwk" }, keyId, "k"],
  TIDEGATE_JWKS_URL: [{ TIDEGATE_JWKS_URL: "https://a.example/k" }, ({ jwt }) => jwt?.keys, {
    url: "https://a.example/k",
  }],
  TIDEGATE_JWT_ISSUER: [{ ...TOKENS, TIDEGATE_JWT_ISSUER: "i" }, ({ jwt }) => jwt?.issuer, "i"],
  TIDEGATE_JWT_AUDIENCE: [{ ...TOKENS, TIDEGATE_JWT_AUDIENCE: "a, b" }, ({ jwt }) => jwt?.audience, ["a", "b"]],
  KAFKA_BROKERS: [
    { KAFKA_BROKERS: "a:1, b:2,,c", KAFKA_BROKER: "z:9" },
    ({ kafka }) => kafka?.brokers,
    ["a:1", "b:2", "c:9092"],
  ],
  KAFKA_BROKER: [{ KAFKA_BROKER: "localhost:9092" }, ({ kafka }) => kafka?.brokers, ["localhost:9092"]],
  KAFKA_SECURITY_PROTOCOL: [{ KAFKA_BROKERS: "a:1", KAFKA_SECURITY_PROTOCOL: "SSL" }, ({ kafka }) => kafka?.ssl, true],
  KAFKA_SASL_MECHANISMS: [
    { ...SASL, KAFKA_SASL_MECHANISMS: "SCRAM-SHA-512" },
    ({ kafka }) => kafka?.sasl?.mechanism,
    "scram-sha-512",
  ],
  KAFKA_SASL_USERNAME: [{ ...SASL, KAFKA_SASL_USERNAME: "me" }, ({ kafka }) => kafka?.sasl?.username, "me"],
  KAFKA_SASL_PASSWORD: [{ ...SASL, KAFKA_SASL_PASSWORD: "word" }, ({ kafka }) => kafka?.sasl?.password, "word"],
  KAFKA_CREATE_TOPICS: [
    { KAFKA_BROKERS: "a:1", KAFKA_CREATE_TOPICS: "true" },
    ({ kafka }) => kafka?.createTopics,
    { partitions: 4, replicationFactor: 1 },
  ],
};

for (const [variable, [env, read, expected]] of Object.entries(CASES)) {
  Deno.test(`${variable} sets its key`, () => {
    const ofTokens = /^TIDEGATE_JW/.test(variable) ? { toml: '[auth]\nmode = "jwt"' } : {};
    assertEquals(read(load({ env, files: KEY_FILE, ...ofTokens })), expected);
  });
}

Deno.test("TIDEGATE_CONFIG names the file", () => {
  assertEquals(load({ env: { TIDEGATE_CONFIG: "a.toml" }, files: { "a.toml": 'name = "a"' } }).name, "a");
});

Deno.test("every variable has a test here, and no other is asked for", () => {
  assertEquals([...ENVIRONMENT_NAMES].sort(), [...Object.keys(CASES), "TIDEGATE_CONFIG"].sort());
  const asked = new Set<string>();
  loadConfiguration({
    env: (name) => {
      asked.add(name);
      return undefined;
    },
    readTextFile: () => "",
  });
  assertEquals([...asked].sort(), [...ENVIRONMENT_NAMES].sort());
});

Deno.test("booleans are true, false, 1 and 0, in either case", () => {
  for (const [text, expected] of [["TRUE", true], ["1", true], ["false", false], ["0", false]] as const) {
    const { kafka } = load({ env: { KAFKA_BROKERS: "a:1", KAFKA_CREATE_TOPICS: text } });
    assertEquals(kafka?.createTopics !== false, expected);
  }
});

Deno.test("a mistake in a variable names the key and the variable", () => {
  assertEquals(
    mistakes({ env: { HTTP_PORT: "http", KAFKA_CREATE_TOPICS: "maybe", KAFKA_BROKERS: ",", APP_NAME: "\n" } }),
    [
      'name: expected 1 to 100 printable ASCII characters, got "\\n" (from APP_NAME)',
      'http.port: expected a whole number from 0 to 65535, got "http" (from HTTP_PORT)',
      'kafka.brokers: expected host:port for each broker, such as ["127.0.0.1:9092"], got a list (from KAFKA_BROKERS)',
      'kafka.create_topics: expected true or false, got "maybe" (from KAFKA_CREATE_TOPICS)',
    ],
  );
});

Deno.test("a number in a variable is a decimal one", () => {
  for (const text of ["0x50", "8e3", "-1", "80.5", "Infinity", "١", "65536"]) {
    assertEquals(mistakes({ env: { HTTP_PORT: text } }).length, 1, text);
  }
  assertEquals(load({ env: { HTTP_PORT: " 80 " } }).http.port, 80);
});

Deno.test("a section that is none is one mistake, whatever the environment says of its keys", () => {
  assertEquals(mistakes({ env: { HTTP_PORT: "80" }, toml: "http = 3" }), [
    "http: expected a section [http], got a number",
  ]);
});
