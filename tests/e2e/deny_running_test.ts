/** An operator denies users while the gateway runs, on logs that nobody else can open. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { signedBySecret } from "../adapters/auth/tokens.ts";
import { adminOf } from "./admin.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { tidegate } from "./tidegate_command.ts";

const SECRET = "a secret for the tests of thirty-two bytes";
const ADMIN_TOKEN = "a_token_for_operators_of_thirty_two_";
const config = (kind: string) => `
[auth]
mode = "jwt"
[log]
kind = "${kind}"
retention_hours = 1
`;

function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}

async function connect(gateway: GatewayProcess, user: string): Promise<JsonClient> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const client = await JsonClient.open(gateway.url);
  client.send({ connect: { token: await signedBySecret({ sub: user, jti: `${user}-1`, exp }, { secret: SECRET }) } });
  await client.until(() => client.closed !== undefined || client.frames.length > 0);
  return client;
}

for (const kind of ["sqlite", "memory"]) {
  Deno.test(`${kind}: a running gateway denies and lets in again, by its admin listener and by the command line`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tidegate-deny-" });
    const env = {
      TIDEGATE_JWT_SECRET: SECRET,
      TIDEGATE_ADMIN_PORT: freePort(),
      TIDEGATE_ADMIN_TOKEN: ADMIN_TOKEN,
    };
    const start = () => startGateway({ folder, config: config(kind), env });
    const authorization = `Bearer ${ADMIN_TOKEN}`;
    try {
      {
        await using gateway = await start();
        const ask = (method: string, path: string, body?: unknown) =>
          fetch(`${adminOf(gateway)}${path}`, {
            method,
            headers: { authorization, accept: "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
        const alice = await connect(gateway, "alice");
        const bob = await connect(gateway, "bob");
        assertEquals([alice.closed, bob.closed], [undefined, undefined]);

        const before = Date.now();
        const denied = await ask("PUT", "/denials/user/alice", { reason: "spam", seconds: 3_600 });
        const told = await denied.json();
        assertEquals([denied.status, told.denied, told.reason], [200, "user:alice", "spam"]);
        assert(told.until >= before + 3_600_000 && told.until <= Date.now() + 3_600_001, String(told.until));
        await alice.until(() => alice.closed !== undefined);
        assertEquals(alice.closed?.code, 4502);
        assertEquals((await connect(gateway, "alice")).closed?.code, 4502);
        assertEquals(bob.closed, undefined);

        const allowed = await ask("DELETE", "/denials/user/alice");
        assertEquals([allowed.status, await allowed.json()], [200, { allowed: "user:alice" }]);
        let again = await connect(gateway, "alice");
        // The record is in the log; the list reads it in the next turns.
        while (again.closed) again = await connect(gateway, "alice");
        await again.close();

        const byCommand = await tidegate(["deny", "token", "bob-1"], { config: config(kind), env });
        assertEquals([byCommand.code, byCommand.out, byCommand.err], [0, "Denied: token:bob-1\n", ""]);
        await bob.until(() => bob.closed !== undefined);
        assertEquals(bob.closed?.code, 4502);

        const open = await fetch(`${adminOf(gateway)}/denials/user/alice`, { method: "PUT" });
        assertEquals([open.status, (await open.text()).includes("alice")], [401, false]);
        const publicly = await fetch(`${gateway.http}/denials/user/alice`, { method: "PUT" });
        await publicly.body?.cancel();
        assertEquals(publicly.status, 404);
        const wrong = await ask("PUT", "/denials/user/a%20b");
        await wrong.body?.cancel();
        assertEquals(wrong.status, 404);
        const unclear = await ask("PUT", "/denials/user/alice", { for: "1h" });
        assertEquals([unclear.status, (await unclear.text()).includes("seconds")], [400, true]);
        assertEquals((await connect(gateway, "alice")).closed, undefined);
        gateway.kill("SIGTERM");
        await gateway.status;
      }
      if (kind === "memory") {
        const { code, err } = await tidegate(["deny", "user", "alice"], { config: config(kind), env });
        assertEquals(code, 1);
        assertStringIncludes(err, "no gateway answers on http://127.0.0.1:");
      } else {
        await using gateway = await start();
        assertEquals((await connect(gateway, "bob")).closed?.code, 4502);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
