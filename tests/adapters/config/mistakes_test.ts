import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { ConfigurationError } from "../../../adapters/config/mod.ts";
import { errorOf, load, mistakes } from "./fixtures.ts";

Deno.test("every mistake of file and environment is told at once, each with its path", () => {
  const toml = `
    nam = "x"
    [http]
    port = 70000
    [auth]
    mode = "cookie"
    trusted_proxies = ["10.0.0.0/8", "10.0.0.0/99"]
    [limits]
    frame_bytes = 1.5
    queue_bites = 1
    [telemetry]
    level = true
    [[routes]]
    channel = "chat:{room}"
    [[routes]]
    channel = "{a}{b}"
    topic = "chat"
  `;
  assertEquals(mistakes({ toml, env: { KAFKA_SECURITY_PROTOCOL: "tls" } }), [
    "nam: unknown key; did you mean name?",
    "http.port: expected a whole number from 0 to 65535, got 70000",
    'auth.mode: expected "none", "header" or "jwt", got "cookie"',
    'auth.trusted_proxies[1]: expected IP addresses or ranges of them, such as ["10.0.0.0/8", "fd00::/8"], ' +
    'got "10.0.0.0/99"',
    'kafka.security_protocol: expected "plaintext", "ssl", "sasl_plaintext" or "sasl_ssl", ' +
    'got "tls" (from KAFKA_SECURITY_PROTOCOL)',
    "limits.queue_bites: unknown key; did you mean queue_bytes?",
    "limits.frame_bytes: expected a whole number from 1024 to 67108864, got 1.5",
    'telemetry.level: expected "debug", "info", "warn" or "error", got true',
    "routes[0].topic: expected the name of a topic, got nothing",
    'routes[1]: Cannot make a route of channel "{a}{b}": expected A-Z a-z 0-9 _ . : ~ - ' +
    'and at most one variable, as in "chat:{room}"',
  ]);
});

Deno.test("the error's message lists the mistakes, one a line", () => {
  assertEquals(
    errorOf({ toml: "[http]\nport = -1" }).message,
    "Cannot use this configuration: 1 mistake\n  http.port: expected a whole number from 0 to 65535, got -1",
  );
  assertStringIncludes(errorOf({ toml: "a = 1\nb = 2" }).message, "2 mistakes");
});

Deno.test("an unknown key is told with the nearest one, or the section that has it", () => {
  assertEquals(mistakes({ toml: "[htttp]\nport = 1" }), ["htttp: unknown key; did you mean http?"]);
  assertEquals(mistakes({ toml: "[limits]\nframeBytes = 1" }), [
    "limits.frameBytes: unknown key; did you mean frame_bytes?",
  ]);
  assertEquals(mistakes({ toml: "retention_hours = 1" }), [
    "retention_hours: unknown key; retention_hours belongs in [log]",
  ]);
  assertEquals(mistakes({ toml: "[telemetry]\npartitioner = 1" }), [
    "telemetry.partitioner: unknown key; partitioner belongs in [[routes]]",
  ]);
  assertEquals(mistakes({ toml: "[http]\nfrobnicate = 1" }), [
    "http.frobnicate: unknown key; expected one of host, port, allowed_hosts, client_address_header",
  ]);
});

Deno.test("keys that objects have by nature are unknown too", () => {
  for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    assertEquals(mistakes({ toml: `${key} = 1` }).length, 1, key);
    assertEquals(mistakes({ toml: `[http]\n${key} = 1` }).length, 1, key);
    assertEquals(mistakes({ toml: `[${key}]\nport = 1` }).length, 1, key);
  }
});

Deno.test("keys that a later version brings are refused unless they hold the default", () => {
  const route = (line: string) => `[[routes]]\nchannel = "a:{b}"\ntopic = "a"\n${line}`;
  assertEquals(load({ toml: route('slow = "disconnect"') }).routes.length, 1);
  assertEquals(mistakes({ toml: route('slow = "drop"') }), [
    'routes[0].slow: expected "disconnect", "drop_oldest" or "conflate", got "drop"',
  ]);
  assertEquals(mistakes({ toml: route('value = "avro"') }), [
    'routes[0].value: expected "raw" or "capnp", got "avro"',
  ]);
  assertEquals(mistakes({ toml: route('pipeline = "https://example.com/a.ts"') }), [
    'routes[0].pipeline: expected the path of a module, such as "./pipelines/chat.ts", got "https://example.com/a.ts"',
  ]);
});

Deno.test("routes that overlap, have no sense or are none are mistakes", () => {
  const route = (channel: string, rest = "") => `[[routes]]\nchannel = "${channel}"\ntopic = "a"\n${rest}\n`;
  const [overlap] = mistakes({ toml: route("chat:{room}") + route("chat:{name}") });
  assertStringIncludes(overlap!, 'routes: Cannot use routes "chat:{room}" and "chat:{name}" together');
  assertStringIncludes(mistakes({ toml: route("chat:{room}", "sent_copy = true") })[0]!, "routes[0]: Cannot keep");
  assertEquals(mistakes({ toml: "routes = []" }), ["routes: expected one [[routes]] at least, got an empty list"]);
  assertEquals(mistakes({ toml: "[routes]\na = 1" }), ["routes: expected one [[routes]] at least, got a section"]);
  assertEquals(mistakes({ toml: "routes = [1]" }), ["routes[0]: expected a section, got 1"]);
});

Deno.test("values of another type are told by their kind", () => {
  assertEquals(mistakes({ toml: "name = 1979-05-27\nnode = [1]" }), [
    "name: expected 1 to 100 printable ASCII characters, got a date",
    "node: expected 1 to 100 of A-Z a-z 0-9 . _ -, got a list",
  ]);
  assertEquals(mistakes({ toml: "[limits]\nqueue_bytes = nan" }), [
    "limits.queue_bytes: expected a whole number from 1024 to 1073741824, got NaN",
  ]);
});

Deno.test("a file that is not TOML is told with line and column, and without its text", () => {
  const toml = '[auth]\nsecret = hunter2"';
  assertEquals(mistakes({ toml }), ["config.toml:2:10: not TOML: invalid value"]);
  assert(!errorOf({ toml }).message.includes("hunter2"));
});

Deno.test("mistakes in the environment are told also where the file is not TOML", () => {
  const all = mistakes({ toml: "=", env: { HTTP_PORT: "x", HTTP_HOST: "0.0.0.0", KAFKA_SECURITY_PROTOCOL: "ssl" } });
  assertEquals(all.length, 2);
  assertStringIncludes(all[1]!, "http.port");
});

Deno.test("no secret is ever shown, whatever is wrong with it or wherever it was put", () => {
  const secret = "hunter2";
  const places = [
    `[auth]\nsecret = "${secret}"`,
    `[auth]\nproxy_secret = "${secret}"`,
    `[jwt]\nsecret = "${secret}"`,
    `[auth]\nmode = "jwt"\n[jwt]\nsecert = "${secret}"`,
    `[auth]\nsecret = ["${secret}"]`,
    `[auth]\nsecret = { ${secret} = "${secret}" }`,
    `[auth]\nsecert = "${secret}"`,
    `[kafka]\nsasl_passwort = "${secret}"`,
    `[kafka]\nsasl_password = ["${secret}"]`,
    `[kafka]\nbrokers = ["a:1"]\nsasl_password = "${secret}"`,
    `auth = "${secret}"`,
    `password = "${secret}"`,
    `[auth]\nsecret = "${secret}`,
  ];
  for (const toml of places) {
    const error = errorOf({ toml });
    assert(!JSON.stringify(error.mistakes).includes(secret), error.message);
    assert(!error.message.includes(secret), error.message);
  }
  assertEquals(mistakes({ env: { TIDEGATE_SECRET: secret } }), [
    "auth.secret: expected a text of at least 32 characters, got a text of 7 characters (from TIDEGATE_SECRET)",
  ]);
});

Deno.test("a queue that cannot hold the largest frame is a mistake", () => {
  assertEquals(mistakes({ toml: "[limits]\nqueue_bytes = 2048\nframe_bytes = 4096" }), [
    "limits.queue_bytes: expected at least limits.frame_bytes (4096), got 2048: a queue has to hold the largest frame",
  ]);
});

Deno.test("no file makes anything but a configuration or a ConfigurationError, of printable lines", () => {
  const text = fc.string({ unit: "binary" });
  const key = fc.oneof(text, fc.constantFrom("http", "auth", "port", "secret", "routes", "channel", "limits", "kafka"));
  const value = fc.oneof(
    text.map((text) => JSON.stringify(text)),
    fc.constantFrom("1", "[]", "{}", "nan", "1979-05-27"),
  );
  const line = fc.oneof(
    text,
    fc.tuple(key, value).map(([key, value]) => `${JSON.stringify(key)} = ${value}`),
    key.map((key) => `[${JSON.stringify(key)}]`),
    key.map((key) => `[[${JSON.stringify(key)}]]`),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      try {
        load({ toml: lines.join("\n") });
      } catch (error) {
        assert(error instanceof ConfigurationError, String(error));
        for (const { path, message } of error.mistakes) {
          assert(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(path + message), JSON.stringify([path, message]));
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a deeply nested file does not end the process", () => {
  for (const toml of [`a = ${"[".repeat(100_000)}`, `${"a.".repeat(50_000)}a = 1`, `[${"a.".repeat(50_000)}a]`]) {
    assert(mistakes({ toml }).length > 0);
  }
});
