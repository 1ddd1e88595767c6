import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { adminFetch, type AdminFetchOptions } from "../../../adapters/http/admin_fetch.ts";

const options: AdminFetchOptions = {
  ready: () => ({ ready: false, checks: { log: "away: ECONNREFUSED 10.0.0.7:9092" } }),
  metrics: () => ({ type: "text/plain; version=0.0.4", text: "tidegate_ready 0\n" }),
  connections: () => ({ sessions: 3 }),
};
/** None of these pages makes anyone wait. */
function only(fetch: ReturnType<typeof adminFetch>): (request: Request) => Response {
  return (request) => {
    const response = fetch(request);
    assert(response instanceof Response);
    return response;
  };
}

const token = "correct_horse_battery_staple_and";
const authorization = `Bearer ${token}`;
const open = only(adminFetch(options));
const closed = only(adminFetch({ ...options, token }));
const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  closed(new Request(`http://127.0.0.1:9465${path}`, { method, headers }));

Deno.test("admin: metrics, connections, and readiness with the operator's reasons are answered", async () => {
  const metrics = get("/metrics", { authorization });
  assertEquals([metrics.headers.get("content-type"), await metrics.text()], [
    "text/plain; version=0.0.4",
    "tidegate_ready 0\n",
  ]);
  assertEquals(await get("/connections", { authorization }).json(), { sessions: 3 });
  const ready = get("/readyz", { authorization });
  assertEquals([ready.status, (await ready.json()).checks.log], [503, "away: ECONNREFUSED 10.0.0.7:9092"]);
});

Deno.test("admin: without the token nothing is told, but that the process lives", async () => {
  const wrong = [undefined, "", token, "Bearer", "Bearer x", `Basic ${token}`, authorization + "x"];
  for (const value of wrong) {
    for (const path of ["/metrics", "/connections", "/readyz", "/nowhere"]) {
      const refused = get(path, value === undefined ? {} : { authorization: value });
      assertEquals([refused.status, refused.headers.get("www-authenticate")], [401, "Bearer"], `${path} ${value}`);
      assertEquals((await refused.text()).includes("tidegate_"), false);
    }
  }
  assertEquals(get("/healthz").status, 200);
});

Deno.test("admin: where there is no token everyone who reaches the listener is answered", () => {
  assertEquals(open(new Request("http://127.0.0.1:9465/metrics")).status, 200);
});

Deno.test("admin: other paths are 404, other methods 405", async () => {
  const nowhere = get("/ws", { authorization });
  assertEquals(nowhere.status, 404);
  assertStringIncludes(await nowhere.text(), "/metrics");
  const posted = get("/metrics", { authorization }, "POST");
  assertEquals([posted.status, posted.headers.get("allow")], [405, "GET, HEAD"]);
  const head = get("/metrics", { authorization }, "HEAD");
  assertEquals([head.status, await head.text()], [200, ""]);
});
