/** The command line, as a person uses it: every command is a process of its own. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cleanEnv, startGateway, tidegateArgs } from "./gateway_process.ts";
import { tidegate } from "./tidegate_command.ts";
import { TextLineStream } from "../line_stream.ts";

Deno.test("--help and --version say what they should, and end with 0", async () => {
  const help = await tidegate(["--help"]);
  assertEquals(help.code, 0);
  for (const command of ["serve", "check", "pub", "sub"]) assertStringIncludes(help.out, command);
  for (const code of [0, 1, 2, 130, 143]) assertMatch(help.out, new RegExp(`Exit codes: .*\\b${code}\\b`));
  const version = await tidegate(["--version"]);
  assertMatch(version.out, /^tidegate \d+\.\d+\.\d+\n$/);
  assertEquals(version.code, 0);
});

Deno.test("a wrong option or command ends with 2 and says what was meant", async () => {
  const option = await tidegate(["serve", "--confg", "x"]);
  assertEquals([option.code, option.out], [2, ""]);
  assertStringIncludes(option.err, "--config");
  const command = await tidegate(["srve"]);
  assertEquals(command.code, 2);
  assertStringIncludes(command.err, "serve");
});

Deno.test("every mistake of a configuration is told at once, and ends with 2", async () => {
  const config = `
[http]
port = "eighty"
[auth]
mode = "nobody"
[[routes]]
channel = "chat/{room}"
topic = "chat"
[limits]
frame_byte = 1
`;
  for (const command of ["serve", "check"]) {
    const { code, err } = await tidegate([command], { config });
    assertEquals(code, 2);
    for (
      const part of ["http.port", "eighty", "auth.mode", "nobody", "routes", "chat/{room}", "frame_byte", "frame_bytes"]
    ) {
      assertStringIncludes(err, part);
    }
  }
});

Deno.test("check says what the configuration makes, and with --connect what the log is", async () => {
  const { code, out } = await tidegate(["check", "--connect"]);
  assertEquals(code, 0);
  assertStringIncludes(out, "Log: sqlite in ./data");
  assertStringIncludes(out, "Topic: chat, 4 partitions, durability strong");
});

Deno.test("pub and sub go through the gateway, and sub goes on where it was when the gateway comes back", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-cli-" });
  try {
    const first = await startGateway({ folder });
    const port = new URL(first.url).port;
    const sub = new Deno.Command(Deno.execPath(), {
      args: tidegateArgs(folder, "sub", "chat:lobby", "--since", "earliest", "--url", first.url, "--count", "5"),
      clearEnv: true,
      env: cleanEnv(),
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const lines: string[] = [];
    const three = Promise.withResolvers<void>();
    const reading = (async () => {
      for await (const line of sub.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
        lines.push(line);
        if (lines.length === 3) three.resolve();
      }
    })();
    const one = await tidegate(["pub", "chat:lobby", "hello", "--url", first.url]);
    assertEquals(one.code, 0, one.err);
    assertEquals(JSON.parse(one.out).position.offset, "0");
    const two = await tidegate(["pub", "chat:lobby", "-", "--url", first.url], {
      input: '{"big":12345678901234567890}\n\nplain text\n',
    });
    assertEquals([two.code, two.out.trim().split("\n").length], [0, 2], two.err);
    await three.promise;

    first.kill("SIGTERM");
    assertEquals((await first.status).code, 0);
    await using second = await startGateway({ folder, env: { HTTP_PORT: port } });
    await tidegate(["pub", "chat:lobby", "4", "--url", second.url]);
    await tidegate(["pub", "chat:lobby", "five", "--text", "--url", second.url]);
    assertEquals((await sub.status).code, 0);
    await reading;
    const payloads = lines.map((line) => /"payload":(.*?)(?:,"headers"|\}$)/.exec(line)?.[1]);
    assertEquals(payloads, ['"hello"', '{"big":12345678901234567890}', '"plain text"', "4", '"five"']);
    await first[Symbol.asyncDispose]();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("pub says why a message was refused, or that nothing listens, and ends with 1", async () => {
  await using gateway = await startGateway();
  const refused = await tidegate(["pub", "nowhere:at-all", "x", "--url", gateway.url]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.err, "Cannot publish this message: no route has it");
  const nobody = await tidegate(["pub", "chat:lobby", "x", "--url", "ws://127.0.0.1:1/ws"]);
  assertEquals(nobody.code, 1);
  assertStringIncludes(nobody.err, "is the gateway running?");
});

Deno.test("a port in use is said by name, and ends with 1", async () => {
  await using gateway = await startGateway();
  const { port } = new URL(gateway.url);
  const { code, err } = await tidegate(["serve"], { env: { HTTP_PORT: port } });
  assertEquals(code, 1);
  assertStringIncludes(err, `127.0.0.1:${port}`);
  assertStringIncludes(err, "in use");
});

Deno.test("a data folder in use is said by name, and ends with 1", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-cli-" });
  try {
    await using _gateway = await startGateway({ folder });
    const child = await new Deno.Command(Deno.execPath(), {
      args: tidegateArgs(folder, "serve"),
      cwd: folder,
      clearEnv: true,
      env: cleanEnv({ HTTP_PORT: "0" }),
      stdout: "null",
      stderr: "piped",
    }).output();
    assertEquals(child.code, 1);
    assertStringIncludes(new TextDecoder().decode(child.stderr), "another process");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the original's environment names are taken", async () => {
  const { code, out } = await tidegate(["check"], {
    env: {
      APP_NAME: "gate",
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: "9999",
      KAFKA_BROKER: "kafka.example:9092",
      KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
      KAFKA_SASL_MECHANISMS: "SCRAM-SHA-512",
      KAFKA_SASL_USERNAME: "gate",
      KAFKA_SASL_PASSWORD: "secret-word",
    },
  });
  assertEquals(code, 0);
  assertStringIncludes(out, "ws://127.0.0.1:9999/ws");
  assertStringIncludes(out, "kafka at kafka.example:9092");
  assert(!out.includes("secret-word"));
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`${signal} drains and ends with 0`, async () => {
    await using gateway = await startGateway();
    gateway.kill(signal);
    assertEquals(await gateway.status, { success: true, code: 0, signal: null });
    assert(gateway.lines.some((line) => line.includes('"message":"Stopped"')));
  });
}
