/** `deno serve main.ts`, as a person starts it. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { cleanEnv, denoServeArgs, type GatewayProcess, startGateway, tidegateArgs } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { runScript } from "./run_script.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const MEMORY = '[log]\nkind = "memory"\n';

Deno.test("deno serve carries WebSockets: subscribe, publish, resume on SQLite, and after a start anew", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-e2e-" });
  try {
    let cursor = "";
    for (const round of ["one", "two"]) {
      await using gateway = await startGateway({ folder, workers: 1 });
      await using client = await JsonClient.open(gateway.url);
      const since = cursor === "" ? {} : { since: cursor };
      const subscribed = await client.request({ subscribe: { channel: "chat:lobby", ...since } });
      assertEquals([subscribed.subscribed.recovered, client.publications.size], [true, 0]);
      const published = await client.request({ publish: { channel: "chat:lobby", payload: round } });
      assertEquals(published.published.duplicate, false);
      await client.until(() => client.publications.get("chat:lobby")?.length === 1);
      const [publication] = client.publications.get("chat:lobby")!;
      assertEquals(publication.payload, round);
      cursor = publication.cursor;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno serve answers the pages without opening the log, and messages by plain HTTP", async () => {
  await using gateway = await startGateway({ config: MEMORY, workers: 1 });
  assertMatch(await text(gateway, "/"), /^Tidegate \d/);
  assertEquals(JSON.parse(await text(gateway, "/healthz")), { status: "ok" });
  assertEquals(JSON.parse(await text(gateway, "/readyz")).checks.log, "not in use");
  assertEquals((await fetch(`${gateway.http}/elsewhere`).then(drop)).status, 404);
  assertEquals(JSON.parse(await text(gateway, "/readyz")).checks.log, "ok");
  await using client = await JsonClient.open(gateway.url);
  await client.request({ subscribe: { channel: "chat:lobby" } });
  const init = { method: "POST", body: '{"a":1}', headers: { "content-type": "application/json" } };
  const published = await fetch(`${gateway.http}/publish?channel=chat:lobby`, init);
  assertEquals((await published.json()).channel, "chat:lobby");
  await client.until(() => client.publications.get("chat:lobby")?.length === 1);
});

Deno.test("SIGINT drains deno serve inside four seconds: publishes are answered, sockets closed with 4000", async () => {
  await using gateway = await startGateway({ config: MEMORY, workers: 1 });
  const clients = await Promise.all(Array.from({ length: 10 }, () => JsonClient.open(gateway.url)));
  await Promise.all(clients.map((client) => client.request({ ping: {} })));
  const answers = clients.map((client) => client.request({ publish: { channel: "chat:lobby", payload: 1 } }));
  const started = performance.now();
  gateway.kill("SIGINT");
  // Sockets are closed one after another, the first perhaps before its publish was read.
  const outcomes = await Promise.all(answers);
  assert(outcomes.every(({ published, closed }) => published || closed?.code === 4000), JSON.stringify(outcomes));
  assert(outcomes.filter(({ published }) => published).length > 5, JSON.stringify(outcomes));
  assertEquals((await gateway.status).code, 0);
  assert(performance.now() - started < 4_500);
  for (const client of clients) {
    await client.until(() => client.closed !== undefined);
    assertEquals(client.closed?.code, 4000);
  }
  assert(gateway.lines.some((line) => line.includes('"Stopped"')), gateway.lines.join("\n"));
});

Deno.test("a wrong configuration is told in the log, and clients get 503 without its details", async () => {
  await using server = await spawnServe({ config: '[http]\nport = "eighty"\n[auth]\nmode = "nobody"\n' });
  await server.untilSaid("auth.mode");
  assertStringIncludes(server.said(), "eighty");
  for (const path of ["/", "/ws", "/healthz"]) {
    const response = await fetch(server.http + path);
    const body = await response.text();
    assertEquals([response.status, response.headers.get("retry-after")], [503, "30"]);
    assertStringIncludes(body, "could not start");
    assert(!body.includes("nobody"), body);
  }
  await assertRejects(() => JsonClient.open(`${server.http.replace("http", "ws")}/ws`), Error, "HTTP 503");
});

Deno.test("an embedded log with several workers ends the process, and Kafka is named as the way out", async () => {
  for (const config of [MEMORY, ""]) {
    await using server = await spawnServe({ config, workers: 2 });
    assertEquals((await server.status).code, 1);
    await server.untilSaid("leave --parallel out, or use Kafka");
  }
});

Deno.test("a file that another process has open is told in the log, and clients get 503 until it is free", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-e2e-" });
  try {
    await using second = await startGateway({ folder, workers: 1 });
    {
      await using _first = await startGateway({ folder });
      const refused = await assertRejects(() => JsonClient.open(second.url), Error, "HTTP 503");
      assertStringIncludes(refused.message, "its own log lines say why");
      assert(second.lines.some((line) => line.includes("has it open")), second.lines.join("\n"));
      assertEquals((await fetch(`${second.http}/readyz`).then(drop)).status, 503);
    }
    let client: JsonClient | undefined;
    const deadline = Date.now() + 30_000;
    while (!client && Date.now() < deadline) {
      client = await JsonClient.open(second.url).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assertEquals((await client!.request({ ping: {} })).pong, {});
    await client!.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno run main.ts without arguments prints the help, and importing it does nothing", async () => {
  const command = { args: tidegateArgs("/tmp"), env: cleanEnv(), clearEnv: true };
  const help = await new Deno.Command(Deno.execPath(), command).output();
  assertEquals(help.code, 0);
  assertStringIncludes(new TextDecoder().decode(help.stdout), "Usage: tidegate COMMAND");
  const script =
    `const main = await import("file://${ROOT}main.ts");\nconsole.log(Object.keys(main.default).join());\n`;
  assertEquals(await runScript(script, { permissions: [] }), "fetch,onListen\n");
});

async function text(gateway: GatewayProcess, path: string): Promise<string> {
  const response = await fetch(gateway.http + path);
  assertEquals(response.status, 200, path);
  return await response.text();
}

async function drop(response: Response): Promise<Response> {
  await response.body?.cancel();
  return response;
}

/** A `deno serve` that may not come to serve. */
async function spawnServe({ config, workers = 1 }: { config: string; workers?: number }) {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-e2e-" });
  await Deno.writeTextFile(`${folder}/config.toml`, config);
  const args = denoServeArgs(folder, { workers });
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    clearEnv: true,
    env: cleanEnv({ DENO_JOBS: String(workers) }),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let said = "";
  const reading = (async () => {
    for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) said += piece;
  })();
  let ended = false;
  const status = child.status.finally(() => ended = true);
  return {
    http: `http://127.0.0.1:${args[args.indexOf("--port") + 1]}`,
    status,
    said: () => said,
    async untilSaid(part: string) {
      const deadline = Date.now() + 30_000;
      while (!said.includes(part)) {
        if (Date.now() > deadline) throw new Error(`It never said ${part}:\n${said}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async [Symbol.asyncDispose]() {
      if (!ended) child.kill("SIGKILL");
      await status;
      await reading;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
