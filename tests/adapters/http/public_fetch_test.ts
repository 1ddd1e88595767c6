import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { publicFetch, type Readiness } from "../../../adapters/http/public_fetch.ts";

let readiness: Readiness = { ready: true, checks: { log: "ok" } };
const fetchPublic = publicFetch({ name: "node <1>", version: "1.2.3", ready: () => readiness });
const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  fetchPublic(new Request(`http://gateway.test:8080${path}`, { method, headers }));

Deno.test("the landing page says what this is, in the form that is asked for", async () => {
  const html = await get("/", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
  assertEquals(html.headers.get("content-type"), "text/html; charset=utf-8");
  const page = await html.text();
  assertStringIncludes(page, "node &lt;1&gt;");
  assertStringIncludes(page, "new WebSocket(&quot;ws://gateway.test:8080/ws&quot;, &quot;tidegate.v1.json&quot;)");
  const json = await get("/", { accept: "application/json" });
  assertEquals((await json.json()).webSocket, "ws://gateway.test:8080/ws");
  for (const accept of ["*/*", "image/png"]) {
    const text = await get("/", { accept });
    assertEquals(text.headers.get("content-type"), "text/plain; charset=utf-8");
    assertStringIncludes(await text.text(), "Tidegate 1.2.3, node node <1>");
  }
  const secure = await fetchPublic(new Request("https://gateway.test/", { headers: { accept: "application/json" } }));
  assertEquals((await secure.json()).webSocket, "wss://gateway.test/ws");
});

Deno.test("the landing page may connect to its own gateway, and do nothing else", async () => {
  const policy = (await get("/", { accept: "text/html" })).headers.get("content-security-policy")!;
  assertEquals(policy.match(/\w+-src [^;]*/g), ["default-src 'none'", "connect-src 'self'"]);
});

Deno.test("the landing page is not sent again to who has it", async () => {
  const first = await get("/");
  const tag = first.headers.get("etag")!;
  await first.text();
  const again = await get("/", { "if-none-match": tag });
  assertEquals([again.status, await again.text(), again.headers.get("etag")], [304, "", tag]);
  const otherForm = await get("/", { "if-none-match": tag, accept: "text/html" });
  assertEquals(otherForm.status, 200);
  assertEquals(otherForm.headers.get("vary"), "accept");
});

Deno.test("health is 200 while the process lives; readiness is 503 with the reasons where it is not ready", async () => {
  readiness = { ready: false, checks: { log: "no broker answers", drain: "ok" } };
  const health = await get("/healthz");
  assertEquals([health.status, await health.json()], [200, { status: "ok" }]);
  const unready = await get("/readyz");
  assertEquals([unready.status, await unready.json()], [503, { status: "not ready", checks: readiness.checks }]);
  readiness = { ready: true, checks: { log: "ok" } };
  const ready = await get("/readyz");
  assertEquals([ready.status, await ready.json()], [200, { status: "ready", checks: { log: "ok" } }]);
  for (const response of [health, unready, ready]) assertEquals(response.headers.get("cache-control"), "no-store");
});

Deno.test("HEAD has the headers of GET and no body", async () => {
  for (const path of ["/", "/healthz", "/readyz", "/nowhere", "/ws"]) {
    const [whole, head] = [await get(path), await get(path, {}, "HEAD")];
    assertEquals([...head.headers], [...whole.headers], path);
    assertEquals([head.status, await head.text()], [whole.status, ""], path);
    assertEquals(Number(whole.headers.get("content-length")), (await whole.bytes()).length);
  }
});

Deno.test("other methods, other paths, and a WebSocket by plain GET are refused with the way out", async () => {
  const post = await get("/healthz", {}, "POST");
  assertEquals([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
  assertStringIncludes(await post.text(), "Cannot POST /healthz: use GET or HEAD");
  const upgrade = await get("/ws", { accept: "application/json" });
  assertEquals([upgrade.status, upgrade.headers.get("upgrade")], [426, "websocket"]);
  assertEquals((await upgrade.json()).error.status, 426);
  for (const path of ["/nowhere", "/healthz/", "/__proto__", "/constructor"]) {
    const missing = await get(path);
    assertEquals(missing.status, 404, path);
    assertStringIncludes(await missing.text(), `Cannot find ${path}: `);
  }
});

Deno.test("every answer forbids sniffing and everything that a page could load", async () => {
  for (const [path, method] of [["/", "GET"], ["/healthz", "GET"], ["/nowhere", "GET"], ["/", "DELETE"]] as const) {
    const { headers, body } = await get(path, { accept: "text/html" }, method);
    await body?.cancel();
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assert(headers.get("content-security-policy")!.startsWith("default-src 'none'"));
  }
});
