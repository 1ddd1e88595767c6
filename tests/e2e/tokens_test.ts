/** Tokens as a person uses them: made by the command line, taken by a gateway that is a process of its own. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { signer } from "../adapters/auth/tokens.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { tidegate } from "./tidegate_command.ts";

const SECRET = "a secret for the tests of thirty-two bytes";
const CONFIG = `
[auth]
mode = "jwt"
[jwt]
issuer = "https://app.example"
audience = ["tidegate"]
[log]
kind = "memory"
[[routes]]
channel = "chat:{room}"
topic = "chat"
[[routes]]
channel = "user:{user}"
topic = "direct"
`;
const env = { TIDEGATE_JWT_SECRET: SECRET };

function start(config = CONFIG): Promise<GatewayProcess> {
  return startGateway({ config, env });
}

async function made(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await tidegate(["token", ...args], { config: CONFIG, env });
  assertEquals([code, err], [0, ""]);
  return out.trim();
}

Deno.test("a token of the command line lets pub and sub do what it grants, and nothing else", async () => {
  await using gateway = await start();
  const token = await made("--user", "alice", "--subscribe", "chat:*", "--publish", "chat:lobby", "--for", "1h");
  const published = await tidegate(["pub", "chat:lobby", "hello", "--url", gateway.url], {
    env: { TIDEGATE_TOKEN: token },
  });
  assertEquals([published.code, published.err], [0, ""]);
  const refused = await tidegate(["pub", "chat:other", "hello", "--url", gateway.url, "--token", token]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.err, "Cannot publish this message: the token does not grant it");
  const sub = await tidegate(
    ["sub", "chat:lobby", "--since", "earliest", "--count", "1", "--url", gateway.url, "--protocol", "capnp"],
    { env: { TIDEGATE_TOKEN: token } },
  );
  assertEquals([sub.code, JSON.parse(sub.out).sender], [0, "alice"]);
  const nobody = await tidegate(["pub", "chat:lobby", "hello", "--url", gateway.url]);
  assertStringIncludes(nobody.err, "4501 unauthenticated");
  const bad = await tidegate(["pub", "chat:lobby", "x", "--url", gateway.url, "--token", token.slice(0, -4)]);
  assertMatch(bad.err, /HTTP 401 .*Cannot take this token: its signature does not verify/);
  assert(!gateway.lines.join("\n").includes(token.split(".")[1]!), "a token is in the log");
});

Deno.test("a browser sends its token in the first frame, refreshes it, and is closed with 4003 when it ends", async () => {
  await using gateway = await start();
  const client = await JsonClient.open(gateway.url);
  const until = Date.now();
  client.send({ connect: { token: await made("--user", "alice", "--for", "600s", "--subscribe", "chat:*") } });
  assertEquals((await client.connected()).user, "alice");
  assert((await client.request({ subscribe: { channel: "chat:lobby" } })).subscribed);
  assertEquals((await client.request({ refresh: { token: "no.good.token" } })).error.code, "unauthenticated");
  const { refreshed } = await client.request({ refresh: { token: await made("--user", "alice", "--for", "3s") } });
  assert(refreshed.expiresAt > until && refreshed.expiresAt <= Date.now() + 4_000);
  await client.until(() => client.frames.some((frame) => frame.unsubscribed?.reason === "forbidden"));
  await client.until(() => client.closed !== undefined);
  const lateMs = Date.now() - refreshed.expiresAt;
  assertEquals(client.closed?.code, 4003);
  assert(lateMs >= 0 && lateMs < 1_000, `closed ${lateMs} ms after the end`);
  console.log(`  closed ${lateMs} ms after the end of the token`);
});

Deno.test("no token is taken from the URL, and a wrong head of the request is answered with a challenge", async () => {
  await using gateway = await start();
  const token = await made("--user", "alice");
  const client = await JsonClient.open(`${gateway.url}?token=${token}&access_token=${token}`);
  client.send({ id: 1, ping: {} });
  await client.until(() => client.closed !== undefined);
  assertEquals([client.closed?.code, client.frames], [4501, []]);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(gateway.url).port) });
  const head = [
    "GET /ws HTTP/1.1",
    "host: x",
    "upgrade: websocket",
    "connection: upgrade",
    "sec-websocket-version: 13",
  ];
  const lines = [...head, "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==", `authorization: Basic ${token}`, "", ""];
  await connection.write(new TextEncoder().encode(lines.join("\r\n")));
  const answer = await new Response(connection.readable).text();
  assertMatch(answer, /^HTTP\/1.1 401 /);
  assertMatch(answer, /www-authenticate: Bearer error="invalid_token"/);
  assert(!gateway.lines.join("\n").includes(token));
});

Deno.test("plain HTTP takes the same tokens, with the same permissions", async () => {
  await using gateway = await start();
  const token = await made("--user", "alice", "--publish", "chat:lobby");
  const post = async (channel: string, headers: Readonly<Record<string, string>>) => {
    const response = await fetch(`${gateway.http}/publish?channel=${channel}`, {
      method: "POST",
      body: "1",
      headers: { "content-type": "application/json", ...headers },
    });
    await response.body?.cancel();
    return [response.status, response.headers.get("www-authenticate")?.split(" ", 1)[0]];
  };
  const authorization = `Bearer ${token}`;
  assertEquals(await post("chat:lobby", { authorization }), [200, undefined]);
  assertEquals(await post("chat:other", { authorization }), [403, undefined]);
  assertEquals(await post("chat:lobby", {}), [401, "Bearer"]);
  assertEquals(await post("chat:lobby", { authorization: authorization + "x" }), [401, "Bearer"]);
  const events = await fetch(`${gateway.http}/events?channel=chat:lobby`, { headers: { authorization } });
  await events.body?.cancel();
  assertEquals(events.status, 403);
});

Deno.test("a provider's keys are fetched once at the start, and unknown ones do not fetch them again at once", async () => {
  const [first, second] = [signer("RS256", "one"), signer("ES256", "two")];
  let keys = [first.publicJwk];
  let fetched = 0;
  const provider = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    fetched++;
    return Response.json({ keys });
  });
  try {
    const url = `http://127.0.0.1:${provider.addr.port}/keys`;
    const config = `[auth]\nmode = "jwt"\n[jwt]\njwks_url = "${url}"\naudience = ["gate"]\n[log]\nkind = "memory"\n`;
    await using gateway = await startGateway({ config });
    const exp = Math.floor(Date.now() / 1000) + 600;
    const code = async (token: Promise<string>) => {
      const client = await JsonClient.open(gateway.url);
      client.send({ connect: { token: await token } });
      await client.until(() => client.closed !== undefined || client.frames.length > 0);
      const code = client.closed?.code;
      await client.close();
      return code;
    };
    assertEquals(await code(first.sign({ aud: "gate", exp })), undefined);
    assertEquals(await code(first.sign({ aud: "other", exp })), 4501);
    keys = [first.publicJwk, second.publicJwk];
    // Within 30 s of the fetch at the start the set is not fetched again, whatever tokens name.
    for (let time = 0; time < 5; time++) assertEquals(await code(second.sign({ aud: "gate", exp })), 4501);
    assertEquals(fetched, 1);
  } finally {
    await provider.shutdown();
  }
});

Deno.test("token says what is missing, and signs with a private key that the gateway's public one is of", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-tokens-" });
  try {
    const [own, other] = [signer("ES256"), signer("ES256")];
    await Deno.writeTextFile(`${folder}/public.pem`, own.publicPem);
    await Deno.writeTextFile(`${folder}/private.pem`, own.privatePem);
    await Deno.writeTextFile(`${folder}/other.pem`, other.privatePem);
    const config = `[auth]\nmode = "jwt"\n[jwt]\nkey = "${folder}/public.pem"\n`;
    const run = (...args: readonly string[]) =>
      tidegate(["token", "--user", "ann", ...args], { config, readable: folder });
    assertStringIncludes((await run()).err, "jwt.key is a public key, which signs nothing; give the private one");
    const good = await run("--key", `${folder}/private.pem`);
    assertEquals([good.code, good.out.split(".").length], [0, 3], good.err);
    assertStringIncludes((await run("--key", `${folder}/other.pem`)).err, "its signature does not verify");
    assertStringIncludes((await run("--key", `${folder}/public.pem`)).err, "private key");
    const none = await tidegate(["token", "--user", "ann"]);
    assertStringIncludes(none.err, 'auth.mode is "none", which takes none');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("check says how tokens are verified, and never the secret", async () => {
  const { code, out, err } = await tidegate(["check"], { config: CONFIG, env });
  assertEquals([code, err], [0, ""]);
  assertStringIncludes(out, "Tokens: HS256; iss https://app.example, aud tidegate");
  assertStringIncludes(out, "Denials: topic tidegate.control");
  assert(!out.includes(SECRET));
  const config = '[auth]\nmode = "jwt"\n[jwt]\njwks_url = "http://127.0.0.1:1/keys"\n[log]\nkind = "memory"\n';
  const away = await tidegate(["check", "--connect"], { config });
  assertEquals(away.code, 1);
  assertStringIncludes(away.err, "set jwt.audience");
  assertStringIncludes(away.err, "Cannot fetch the keys of tokens from http://127.0.0.1:1/keys");
});

Deno.test("deny writes to a file whose gateway is stopped, and says why it cannot where one runs", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-deny-" });
  try {
    const config = `${CONFIG.replace('kind = "memory"', 'kind = "sqlite"')}`;
    const log = config.replace('kind = "sqlite"', `kind = "sqlite"\npath = "${folder}/data"`);
    const run = (...args: readonly string[]) => tidegate(args, { config: log, env, readable: folder });
    const denied = await run("deny", "user", "alice", "--for", "1h", "--reason", "spam");
    assertEquals([denied.code, denied.err], [0, ""]);
    assertMatch(denied.out, /^Denied: user:alice until \d{4}-/);
    const token = await made("--user", "alice");
    {
      await using gateway = await startGateway({ config: log, env, folder });
      const running = await run("allow", "user", "alice");
      assertEquals(running.code, 1);
      assertStringIncludes(running.err, "Cannot allow while a gateway has the file of its log open");
      const refused = await tidegate(["pub", "chat:a", "x", "--url", gateway.url, "--token", token]);
      assertMatch(refused.err, /HTTP 403 .*denied/);
    }
    assertEquals((await run("allow", "user", "alice")).code, 0);
    await using gateway = await startGateway({ config: log, env, folder });
    const refused = await tidegate(["pub", "chat:a", "x", "--url", gateway.url, "--token", token]);
    assertStringIncludes(refused.err, "the token does not grant it");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deny says where nobody would look", async () => {
  const off = await tidegate(["deny", "user", "alice"]);
  assertStringIncludes(off.err, "Cannot deny: auth.deny_list is false");
  const memory = await tidegate(["deny", "user", "alice"], { config: CONFIG, env });
  assertStringIncludes(memory.err, 'log.kind is "memory"');
});
