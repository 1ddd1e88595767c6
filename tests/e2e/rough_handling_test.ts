/** The command line in rough hands: closed pipes, input that is no text, signals that come twice. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TextLineStream } from "../line_stream.ts";
import { cleanEnv, startGateway, tidegateArgs } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { tidegate } from "./tidegate_command.ts";

/** A command whose output nobody reads to its end. */
function spawn(folder: string, ...args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: tidegateArgs(folder, ...args),
    clearEnv: true,
    env: cleanEnv(),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What a command says on standard error, when it has ended. */
async function ending(child: Deno.ChildProcess): Promise<{ code: number; err: string }> {
  const [{ code }, err] = await Promise.all([child.status, new Response(child.stderr).text()]);
  return { code, err };
}

Deno.test("sub ends quietly when its reader has gone", async () => {
  await using gateway = await startGateway();
  const { url } = gateway;
  await tidegate(["pub", "chat:lobby", "one", "--url", url]);
  const sub = spawn("/tmp", "sub", "chat:lobby", "--since", "earliest", "--url", url);
  await sub.stdin.close();
  const reader = sub.stdout.getReader();
  assertStringIncludes(new TextDecoder().decode((await reader.read()).value), '"payload":"one"');
  await reader.cancel();
  await tidegate(["pub", "chat:lobby", "two", "--url", url]);
  assertEquals(await ending(sub), { code: 0, err: "" });
});

Deno.test("pub publishes what it reads though nobody reads its answers", async () => {
  await using gateway = await startGateway();
  const { url } = gateway;
  const pub = spawn("/tmp", "pub", "chat:lobby", "-", "--url", url);
  await pub.stdout.cancel();
  await new Blob(["one\ntwo\nthree\n"]).stream().pipeTo(pub.stdin);
  assertEquals(await ending(pub), { code: 0, err: "" });
  const { out } = await tidegate(["sub", "chat:lobby", "--since", "earliest", "--count", "3", "--url", url]);
  assertEquals(out.match(/"payload":"\w+"/g), ['"payload":"one"', '"payload":"two"', '"payload":"three"']);
});

Deno.test("pub names the lines that it cannot publish, changes none, and publishes the others", async () => {
  await using gateway = await startGateway();
  const { url } = gateway;
  const input = new Blob(["one\n", new Uint8Array([0x61, 0xff, 0x62, 0x0a]), "x".repeat(70_000), "\n\n"]);
  const almost = "y".repeat(65_500);
  const ran = await tidegate(["pub", "chat:lobby", "-", "--url", url], {
    input: new Blob([input, almost, "\r\ntwo\r\nthree"]),
  });
  assertEquals([ran.code, ran.out.trim().split("\n").length], [1, 3], ran.err);
  assertMatch(ran.err, /line 2: .*UTF-8/);
  assertMatch(ran.err, /line 3: .*65536/);
  assertMatch(ran.err, /line 5: .*65536/);
  assertEquals(ran.err.trim().split("\n").length, 3);
  const { out } = await tidegate(["sub", "chat:lobby", "--since", "earliest", "--count", "3", "--url", url]);
  assertEquals(out.match(/"payload":"\w+"/g), ['"payload":"one"', '"payload":"two"', '"payload":"three"']);
});

Deno.test("pub waits where it is over its rate, and publishes every line once and in order", async () => {
  await using gateway = await startGateway({ config: "[limits]\npublishes_per_second = 400\nburst_seconds = 0.1\n" });
  const { url } = gateway;
  const lines = Array.from({ length: 600 }, (_, at) => String(at));
  const ran = await tidegate(["pub", "chat:lobby", "-", "--url", url], { input: lines.join("\n") });
  assertEquals([ran.code, ran.err], [0, ""]);
  const { out } = await tidegate(["sub", "chat:lobby", "--since", "earliest", "--count", "600", "--url", url]);
  assertEquals(out.trim().split("\n").map((line) => String(JSON.parse(line).payload)), lines);
});

Deno.test("pub says that the gateway has gone, and publishes what it reads meanwhile when the gateway is back", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-pub-" });
  try {
    const first = await startGateway({ folder });
    const { url } = first;
    const pub = spawn("/tmp", "pub", "chat:lobby", "-", "--url", url);
    const writer = pub.stdin.getWriter();
    const write = (text: string) => writer.write(new TextEncoder().encode(text));
    await write("one\n");
    const answers = pub.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
    await answers.read();
    first.kill("SIGKILL");
    const said = pub.stderr.pipeThrough(new TextDecoderStream()).getReader();
    assertMatch((await said.read()).value ?? "", /trying again in \d/);
    await write("two\n");
    await using _second = await startGateway({ folder, env: { HTTP_PORT: new URL(url).port } });
    assertEquals(JSON.parse((await answers.read()).value!).position.offset, "1");
    await writer.close();
    assertEquals((await pub.status).code, 0);
    await Promise.all([said.cancel(), answers.cancel(), first[Symbol.asyncDispose]()]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a signal that comes twice at once, as from a task runner on a terminal, still drains", async () => {
  await using gateway = await startGateway();
  const clients = await Promise.all(Array.from({ length: 10 }, () => JsonClient.open(gateway.url)));
  await Promise.all(clients.map((client) => client.request({ ping: {} })));
  gateway.kill("SIGINT");
  await untilLine(gateway.lines, "Draining");
  gateway.kill("SIGINT");
  assertEquals((await gateway.status).code, 0);
  for (const client of clients) {
    await client.until(() => client.closed !== undefined);
    assertEquals(client.closed?.code, 4000);
  }
});

Deno.test("a second signal ends at once, with the code that a shell gives it", async () => {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    // Twenty sockets are closed over tens of seconds: it does not end by itself meanwhile.
    await using gateway = await startGateway({
      config: "[limits]\ndrain_seconds = 600\ndrain_interrupt_seconds = 600\n",
    });
    const clients = await Promise.all(Array.from({ length: 20 }, () => JsonClient.open(gateway.url)));
    await Promise.all(clients.map((client) => client.request({ ping: {} })));
    gateway.kill(signal);
    let ended = false;
    void gateway.status.finally(() => ended = true);
    // Until it counts as another one.
    const deadline = Date.now() + 30_000;
    while (!ended && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (!ended) gateway.kill(signal);
    }
    assertEquals((await gateway.status).code, code);
    assert(gateway.lines.some((line) => /"warn".*Stopped before/.test(line)));
    for (const client of clients) await client[Symbol.asyncDispose]();
  }
});

async function untilLine(lines: readonly string[], part: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!lines.some((line) => line.includes(part)) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
