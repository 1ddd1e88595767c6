/** What an operator sees of a running gateway. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COUNTERS } from "../../domain/ports/telemetry.ts";
import { adminOf, metricsOf } from "./admin.ts";
import { startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { tidegate } from "./tidegate_command.ts";

Deno.test("metrics tell what clients did, on a listener of their own", async () => {
  await using gateway = await startGateway({
    config: '[log]\nkind = "memory"\n',
    env: { TIDEGATE_ADMIN_PORT: "0" },
  });
  const before = await metricsOf(gateway);
  for (const counter of Object.keys(COUNTERS)) assert(before.has(`tidegate_${counter}_total`), counter);
  await using client = await JsonClient.open(gateway.url);
  await client.request({ subscribe: { channel: "chat:lobby" } });
  await client.request({ publish: { channel: "chat:lobby", payload: 1 } });
  await client.until(() => client.publications.has("chat:lobby"));
  const after = await metricsOf(gateway);
  const told = [
    "tidegate_ready",
    "tidegate_log_available",
    "tidegate_connections",
    "tidegate_sessions",
    "tidegate_users",
    "tidegate_subscriptions",
    "tidegate_channels",
    "tidegate_publishes_appended_total",
    "tidegate_publications_sent_total",
    'tidegate_tail_lag_records{topic="chat"}',
    "tidegate_publish_seconds_count",
    "tidegate_delivery_seconds_count",
  ].map((name) => after.get(name));
  // A subscription besides that of the user's own channel.
  assertEquals(told, [1, 1, 1, 1, 1, 2, 2, 1, 1, 0, 1, 1]);
  assert(
    after.get("tidegate_event_loop_delay_seconds_count")! > before.get("tidegate_event_loop_delay_seconds_count")!,
  );
  assert(after.get("tidegate_resident_memory_bytes")! > 10_000_000);
  const connections = await (await fetch(`${adminOf(gateway)}/connections`)).json();
  assertEquals([connections.connections, connections.subscriptions, connections.slowest], [1, 2, []]);
  for (const path of ["/metrics", "/connections"]) {
    const hidden = await fetch(gateway.http + path);
    assertEquals([hidden.status, (await hidden.text()).includes("tidegate_")], [404, false]);
  }
  gateway.kill("SIGTERM");
  assertEquals((await gateway.status).code, 0);
});

Deno.test("a gateway without an admin port answers operators nowhere", async () => {
  await using gateway = await startGateway({ config: '[log]\nkind = "memory"\n' });
  assert(!gateway.lines.some((line) => line.includes("operators")));
});

Deno.test("an admin listener off loopback without a token, or on a port in use, keeps the gateway from starting", async () => {
  const open = await tidegate(["serve"], { env: { TIDEGATE_ADMIN_HOST: "0.0.0.0", TIDEGATE_ADMIN_PORT: "9465" } });
  assertEquals(open.code, 2);
  assertStringIncludes(open.err, "admin.token");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const taken = await tidegate(["serve"], { env: { HTTP_PORT: "0", TIDEGATE_ADMIN_PORT: String(port) } });
  listener.close();
  assertEquals(taken.code, 1);
  assertStringIncludes(taken.err, `Cannot listen on 127.0.0.1:${port}: the address is in use`);
});
