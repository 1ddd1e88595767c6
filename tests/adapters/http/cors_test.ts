import { assertEquals } from "@std/assert";
import { NEVER, of } from "rxjs";
import { HttpBench } from "./http_bench.ts";

const PAGE = "https://app.example.com";
const isPageAllowed = (origin: string | undefined) => origin === PAGE;
const allow = (response: Response) => response.headers.get("access-control-allow-origin");

Deno.test("a preflight of an allowed page is told what it may do, and nothing of credentials", async () => {
  await using bench = new HttpBench({ isPageAllowed });
  const response = await bench.answer("/publish?channel=chat:a", {
    method: "OPTIONS",
    headers: {
      origin: PAGE,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type, Tidegate-Header-Trace, x-other",
    },
  });
  assertEquals([response.status, response.body, allow(response)], [204, null, PAGE]);
  const header = (name: string) => response.headers.get(`access-control-${name}`);
  assertEquals(header("allow-methods"), "POST, OPTIONS");
  const names = header("allow-headers")!.split(", ");
  for (const name of ["authorization", "idempotency-key", "last-event-id", "tidegate-header-trace"]) {
    assertEquals(names.includes(name), true, name);
  }
  assertEquals(names.includes("x-other"), false);
  assertEquals([header("allow-credentials"), response.headers.get("vary")], [
    null,
    "origin, access-control-request-headers",
  ]);
});

Deno.test("a preflight of another page is told nothing", async () => {
  await using bench = new HttpBench({ isPageAllowed });
  for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }]) {
    const response = await bench.answer("/events?channel=chat:a", { method: "OPTIONS", headers });
    assertEquals([response.status, allow(response)], [204, null]);
    assertEquals(response.headers.get("access-control-allow-methods"), null);
  }
});

Deno.test("an allowed page may read answers, refusals and events; a program is told nothing of pages", async () => {
  await using bench = new HttpBench({ isPageAllowed: (origin) => origin === undefined || isPageAllowed(origin) });
  const headers = { origin: PAGE, "content-type": "application/json" };
  const answers = [
    await bench.answer("/publish?channel=chat:a", { method: "POST", body: "1", headers, user: "ann" }),
    await bench.answer("/publish?channel=chat:a", { method: "POST", body: "{", headers, user: "ann" }),
    await bench.answer("/publish", { method: "GET", headers }),
    await bench.answer("/events?channel=chat:a", { headers, user: "ann" }),
  ];
  assertEquals(answers.map(({ status }) => status), [200, 400, 405, 200]);
  assertEquals(answers.map(allow), [PAGE, PAGE, PAGE, PAGE]);
  for (const answer of answers) {
    assertEquals(answer.headers.get("vary"), "origin");
    await answer.body!.cancel();
  }
  const program = await bench.answer("/events?channel=chat:a", { user: "ann" });
  assertEquals([program.status, allow(program)], [200, null]);
  await program.body!.cancel();
});

Deno.test("who the authenticator does not let in is refused by its status before anything is read", async () => {
  for (const status of [400, 401, 403, 503] as const) {
    await using bench = new HttpBench({
      authenticator: { admit: () => of({ kind: "refused", status, message: "no" }) },
    });
    const endless = new ReadableStream<Uint8Array>();
    const headers = { "content-type": "application/json" };
    for (const init of [{ method: "POST", body: endless, headers }, {}]) {
      const response = await bench.answer(init.method ? "/publish?channel=chat:a" : "/events?channel=chat:a", init);
      assertEquals([response.status, (await response.json()).error.message], [status, "no"]);
      assertEquals(response.headers.get("www-authenticate"), status === 401 ? "Bearer" : null);
    }
  }
});

Deno.test("where a first frame with a token is awaited, a plain request without one is refused with 401", async () => {
  await using bench = new HttpBench({ authenticator: { admit: () => of({ kind: "awaited", patient: true }) } });
  const response = await bench.answer("/events?channel=chat:a");
  const { error } = await response.json();
  assertEquals([response.status, error.code], [401, "unauthenticated"]);
});

Deno.test("an authenticator that takes too long, or fails, costs the request and nothing else", async () => {
  await using slow = new HttpBench({ authenticator: { admit: () => NEVER }, limits: { handshakeSeconds: 5 } });
  const late = slow.ask("/events?channel=chat:a");
  await slow.settle();
  await slow.settle(5_000);
  assertEquals((await late).status, 503);
  await using bench = new HttpBench({
    authenticator: {
      admit: () => {
        throw new Error("out of order");
      },
    },
  });
  const response = await bench.answer("/events?channel=chat:a");
  assertEquals([response.status, (await response.json()).error.code], [500, "internal"]);
  assertEquals([
    bench.transport.stats().connections,
    bench.telemetry.notes.filter(({ level }) => level === "error").length,
  ], [0, 1]);
});

Deno.test("more requests than the node takes are refused with 503", async () => {
  await using bench = new HttpBench({ limits: { connections: 1 } });
  const listener = await bench.listen("/events?channel=chat:a");
  const refused = await bench.answer("/events?channel=chat:a", { user: "ann" });
  assertEquals([refused.status, refused.headers.get("retry-after"), (await refused.json()).error.code], [
    503,
    "1",
    "unavailable",
  ]);
  await listener.leave();
  await bench.settle();
  const taken = await bench.answer("/events?channel=chat:a", { user: "ann" });
  assertEquals(taken.status, 200);
  await taken.body!.cancel();
});
