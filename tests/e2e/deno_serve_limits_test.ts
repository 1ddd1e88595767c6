/** What `deno serve main.ts` holds its clients to, as `tidegate serve` does. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ask } from "../contract/transport/raw_client.ts";
import { until } from "../contract/transport/until.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";
import { publishJson } from "./http_client.ts";
import { JsonClient } from "./json_client.ts";
import { runScript } from "./run_script.ts";

const MAIN = new URL("../../main.ts", import.meta.url).href;
const MEMORY = '[log]\nkind = "memory"\n';
const BEHIND_PROXY = `${MEMORY}[http]\nclient_address_header = "x-forwarded-for"\n`;

Deno.test("deno serve answers 421 for another host, pages and upgrades too, and 400 where the host is none", async () => {
  await using gateway = await startGateway({
    config: `${MEMORY}[http]\nallowed_hosts = ["mine.example"]\n`,
    workers: 1,
  });
  for (const path of ["/", "/readyz", "/events?channel=chat:lobby", "/elsewhere"]) {
    assertStringIncludes(await get(gateway, { path, host: "evil.example" }), "http.allowed_hosts does not have it");
    assertEquals(await status(gateway, { path, host: "evil.example:80" }), 421, path);
    assertEquals(await status(gateway, { path, host: "not a host" }), 400, path);
  }
  // Who asks as one asks a proxy says two hosts.
  assertEquals(await status(gateway, { path: "http://evil.example/", host: "mine.example" }), 421);
  assertEquals(await status(gateway, { path: "/", host: "mine.example:8000" }), 200);
  const open = (host: string) => JsonClient.open(gateway.url, { headers: { host } });
  await assertRejects(() => open("evil.example"), Error, "HTTP 421");
  for (const host of ["mine.example", "localhost:1"]) {
    await using client = await open(host);
    assertEquals((await client.request({ ping: {} })).pong, {});
  }
});

Deno.test("deno serve takes so many connections of an address, and one that leaves makes room", async () => {
  const config = `${BEHIND_PROXY}[limits]\nconnections_per_address = 2\n`;
  await using gateway = await startGateway({ config, workers: 1 });
  const open = (address: string) => JsonClient.open(gateway.url, { headers: { "x-forwarded-for": address } });
  const [first, second] = await Promise.all([open("192.0.2.1"), open("192.0.2.1")]);
  const refused = await assertRejects(() => open("192.0.2.1"), Error, "HTTP 429");
  assertStringIncludes(refused.message, "its address has 2 connections");
  await using _other = await open("192.0.2.2");
  await first.close();
  let third: JsonClient | undefined;
  await until("there is room", async () => {
    third = await open("192.0.2.1").catch(() => undefined);
    return third !== undefined;
  });
  await Promise.all([second, third!].map((client) => client.close()));
});

Deno.test("anonymous users of plain HTTP share the rate of their address, seen from behind a proxy too", async () => {
  const config = `${BEHIND_PROXY}[limits]\nuser_publishes_per_second = 0.01\nburst_seconds = 200\n`;
  await using gateway = await startGateway({ config, workers: 1 });
  const publish = async (address: string) => {
    const headers = { "x-forwarded-for": `203.0.113.1, ${address}` };
    return (await publishJson(gateway.http, "chat:lobby", { payload: 1, headers })).status;
  };
  const statuses: number[] = [];
  for (const address of ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"]) statuses.push(await publish(address));
  assertEquals(statuses, [200, 200, 429, 200]);
});

Deno.test("deno serve takes nobody more while it has no memory to spare, and says so on readyz", async () => {
  // Any process has more.
  const config = `${MEMORY}[limits]\nmemory_bytes = ${64 * 1024 * 1024}\n`;
  await using gateway = await startGateway({ config, workers: 1 });
  await (await fetch(`${gateway.http}/elsewhere`)).body?.cancel();
  await until("it has looked", async () => {
    const response = await fetch(`${gateway.http}/readyz`);
    return (await response.json()).checks.memory === "no memory to spare" && response.status === 503;
  });
  await assertRejects(() => JsonClient.open(gateway.url), Error, "no memory to spare");
  assertEquals((await publishJson(gateway.http, "chat:lobby", { payload: 1 })).status, 503);
  assert(gateway.lines.some((line) => line.includes("for want of memory")), gateway.lines.join("\n"));
});

/** Asks `main.ts` as a server on all addresses would, for clients of addresses, and prints how they are answered. */
const ASKED = `
const main = await import("${MAIN}");
main.default.onListen({ transport: "tcp", hostname: "0.0.0.0", port: 8000 });
const upgrade = { upgrade: "websocket", connection: "Upgrade", "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", user_id: "7c9e6679-7425-40de-944b-e07fc1f90ae7" };
for (const hostname of ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1", "127.0.0.1"]) {
  for (const [path, headers] of [["/ws", upgrade], ["/", {}], ["/readyz", {}], ["/events?channel=chat:lobby", {}]]) {
    const request = new Request("http://127.0.0.1:8000" + path, { headers });
    const response = await main.default.fetch(request, { remoteAddr: { transport: "tcp", hostname, port: 5000 } });
    const text = response.headers.get("content-type")?.startsWith("text/event-stream") ? "" : await response.text();
    console.log(hostname, path, response.status, text.replaceAll("\\n", " "));
  }
}
Deno.exit();
`;

/** Whose word is enough to be let in, where nothing says whose that is. */
const MODES = [
  { mode: "none", says: "anonymous users are taken from this machine only", wayOut: "set auth.allow_remote = true" },
  { mode: "header", says: "believed of this machine only", wayOut: "set auth.trusted_proxies" },
];

Deno.test("deno serve answers 403 to other machines, and says in its log what would let them in", async () => {
  for (const { mode, says, wayOut } of MODES) {
    const said = await runScript(ASKED, { config: `${MEMORY}[auth]\nmode = "${mode}"\n` });
    const lines = said.split("\n");
    for (const remote of ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1"]) {
      const answers = lines.filter((line) => line.startsWith(`${remote} `));
      assertEquals(answers.length, 4, said);
      assert(answers.every((line) => / 403 /.test(line) && line.includes(says)), said);
    }
    assert(lines.some((line) => line.startsWith("127.0.0.1 / 200 Tidegate")), said);
    assertEquals(lines.filter((line) => /^127\.0\.0\.1 .* 403 /.test(line)), [], said);
    const warnings = lines.filter((line) => line.includes('"warn"') && line.includes(wayOut));
    assertEquals(
      warnings.map((line) => /will be answered|are answered/.exec(line)?.[0]),
      ["will be answered", "are answered"],
      said,
    );
  }
});

Deno.test("deno serve answers other machines once the configuration says that it is meant", async () => {
  for (
    const auth of [
      'mode = "none"\nallow_remote = true',
      'mode = "header"\ntrusted_proxies = ["203.0.113.0/24", "2001:db8::/32"]',
      'mode = "header"\nproxy_secret = "0123456789abcdef0123456789abcdef"',
    ]
  ) {
    const said = await runScript(ASKED, { config: `${MEMORY}[auth]\n${auth}\n` });
    for (const remote of ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1"]) {
      assertStringIncludes(said, `${remote} / 200 Tidegate`);
    }
    assertEquals(said.match(/Clients of other machines/g), null, said);
  }
});

async function get(gateway: GatewayProcess, { path, host }: { path: string; host: string }): Promise<string> {
  return await ask(addressOf(gateway), `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
}

async function status(gateway: GatewayProcess, request: { path: string; host: string }): Promise<number> {
  return Number((await get(gateway, request)).split(" ")[1]);
}

function addressOf({ http }: GatewayProcess) {
  return { hostname: "127.0.0.1", port: Number(new URL(http).port) };
}
