import { assertEquals } from "@std/assert";
import { asyncScheduler } from "rxjs";
import { adminFetch } from "../../../adapters/http/admin_fetch.ts";
import { denialPages } from "../../../adapters/http/denial_pages.ts";
import { type Denial, denialKey } from "../../../domain/deny_list.ts";

/** An admin listener without a token, and what was written by it. */
function setUp(write?: () => Promise<void>) {
  const written: (readonly [string, Denial | null])[] = [];
  const denials = denialPages({
    write: write ?? ((denied, denial) => Promise.resolve(void written.push([denialKey(denied), denial]))),
    scheduler: asyncScheduler,
  });
  const fetch = adminFetch({
    ready: () => ({ ready: true, checks: {} }),
    metrics: () => ({ type: "text/plain", text: "" }),
    connections: () => ({}),
    denials,
  });
  const ask = async (method: string, path: string, init: RequestInit = {}) =>
    await fetch(new Request(`http://127.0.0.1:9465/denials/${path}`, { method, ...init }));
  return { written, ask };
}

Deno.test("denials: PUT denies and DELETE lets in again, under the name that the gateway has for a user", async () => {
  const { written, ask } = setUp();
  const uuid = "0D8A7C9E-4C1B-4F6E-9A53-2F4A1D0C7B11";
  assertEquals((await ask("PUT", `user/${uuid}`, { body: '{"reason":"spam"}' })).status, 200);
  assertEquals((await ask("DELETE", "token/a%2Fb%20c")).status, 200);
  assertEquals(written, [[`user:${uuid.toLowerCase()}`, { reason: "spam" }], ["token:a/b c", null]]);
});

Deno.test("denials: a page of another site is not let in, whatever its browser asks first", async () => {
  const { written, ask } = setUp();
  const headers = { origin: "https://evil.example", "access-control-request-method": "PUT" };
  const asked = await ask("OPTIONS", "user/alice", { headers });
  assertEquals([asked.status, asked.headers.get("access-control-allow-origin")], [405, null]);
  // What a page may send without asking.
  for (const method of ["GET", "HEAD", "POST"]) {
    assertEquals((await ask(method, "user/alice", { headers })).status, 405);
  }
  assertEquals(written, []);
});

Deno.test("denials: what is no denial is refused, and nothing is written", async () => {
  const { written, ask } = setUp();
  const deep = `{"reason":${"[".repeat(1_000)}${"]".repeat(1_000)}}`;
  const bodies = [
    "[]",
    "null",
    "{",
    '{"seconds":0}',
    '{"seconds":"1h"}',
    '{"seconds":1e99}',
    '{"reason":1}',
    '{"for":1}',
  ];
  for (const body of [...bodies, deep]) assertEquals((await ask("PUT", "user/alice", { body })).status, 400, body);
  assertEquals((await ask("PUT", "user/alice", { body: " ".repeat(5_000) })).status, 413);
  for (const path of ["", "user", "user/", "user/a b", "user/%E0%A4%A", "nobody/x", "user/a/b"]) {
    assertEquals((await ask("PUT", path)).status, 404, path);
  }
  assertEquals(written, []);
});

Deno.test("denials: where the log did not take it the answer is 503, to be sent again", async () => {
  const { ask } = setUp(() => Promise.reject(new Error("Cannot deny user:alice: the log is away")));
  const answer = await ask("PUT", "user/alice");
  assertEquals([answer.status, answer.headers.get("retry-after")], [503, "1"]);
  assertEquals((await answer.text()).includes("the log is away"), true);
});
