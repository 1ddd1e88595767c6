import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { defer, NEVER, of, throwError, timer } from "rxjs";
import { map } from "rxjs/operators";
import type { UserId } from "../../../domain/channel.ts";
import type { Authenticator, Handshake } from "../../../domain/ports/authenticator.ts";
import type { TransportCase } from "../transport_contract.ts";
import { ask, exchange, RawClient, shortText, upgradeHead } from "./raw_client.ts";
import { until } from "./until.ts";

const judge = (admit: Authenticator["admit"]): Authenticator => ({ admit, identify: () => of() });
const identity = (user: string) => ({ user: user as UserId });
let crowd = 0;
const seen: { address: string; names: readonly string[] }[] = [];

/** What happens before a WebSocket is open. */
export const HANDSHAKE_CASES: readonly TransportCase[] = [
  {
    name: "the authenticator sees headers and the peer's address, and its identity is the connection's",
    harbour: {
      authenticator: judge((handshake: Handshake) => {
        seen.push({ address: handshake.remoteAddress, names: handshake.header("user_id") });
        return timer(5).pipe(map(() => ({ kind: "identified", identity: identity("ann") })));
      }),
    },
    async run(harbour) {
      seen.length = 0;
      const early = new Uint8Array(shortText("sent behind the request"));
      using _client = await RawClient.open(harbour.address, { headers: { User_Id: "one" }, early });
      assertEquals(seen, [{ address: "127.0.0.1", names: ["one"] }]);
      const { connection } = await harbour.caller();
      assertEquals(connection.admission, { kind: "identified", identity: identity("ann") });
      await until("what was sent meanwhile is here", () => harbour.callers[0]!.messages.length === 1);
    },
  },
  {
    name: "the authenticator sees every value of a header that is sent twice, each by itself",
    needs: "tells_values_apart",
    harbour: {
      authenticator: judge((handshake) => {
        const values = handshake.header("user_id");
        return of({ kind: "identified", identity: identity(JSON.stringify(values)) });
      }),
    },
    async run(harbour) {
      using _client = await RawClient.open(harbour.address, { headers: { User_Id: "one", user_ID: "two" } });
      const { connection } = await harbour.caller();
      assertEquals(connection.admission, { kind: "identified", identity: identity('["one","two"]') });
    },
  },
  {
    name: "a refused handshake is answered in plain HTTP",
    harbour: {
      authenticator: judge((handshake) => {
        const [status] = handshake.header("want");
        const message = `refused with "${status}"`;
        return of({ kind: "refused", status: Number(status) as 400 | 401 | 403, message });
      }),
    },
    async run(harbour) {
      for (const [status, phrase] of [[400, "Bad Request"], [401, "Unauthorized"], [403, "Forbidden"]] as const) {
        const answer = await ask(harbour.address, upgradeHead({ headers: { want: String(status) } }));
        assert(answer.startsWith(`HTTP/1.1 ${status} ${phrase}\r\n`), answer);
        assertEquals(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n"))), {
          error: { status, message: `refused with "${status}"` },
        });
      }
      assertEquals([harbour.callers.length, harbour.counts.connections_refused], [0, 3]);
    },
  },
  {
    name: "the connection of a refused handshake is closed",
    needs: "closes_refused",
    harbour: { authenticator: judge(() => of({ kind: "refused", status: 403, message: "no" })) },
    async run(harbour) {
      const answer = await exchange(harbour.address, upgradeHead());
      assertMatch(answer.toLowerCase(), /^http\/1.1 403 [^]*\r\nconnection: close\r\n/);
    },
  },
  {
    name: "an authenticator that fails or does not answer costs its client the connection, and no one else",
    harbour: {
      limits: { handshakeSeconds: 0.2 },
      authenticator: judge((handshake) =>
        handshake.header("how").includes("throw")
          ? throwError(() => new Error("secret"))
          : handshake.header("how").includes("never")
          ? NEVER
          : defer(() => of({ kind: "awaited" as const }))
      ),
    },
    async run(harbour) {
      const failed = await ask(harbour.address, upgradeHead({ headers: { how: "throw" } }));
      assert(failed.startsWith("HTTP/1.1 500 ") && !failed.includes("secret"), failed);
      const silent = await ask(harbour.address, upgradeHead({ headers: { how: "never" } }));
      assert(silent.startsWith("HTTP/1.1 503 "), silent);
      using _client = await RawClient.open(harbour.address);
      await harbour.caller(0);
    },
  },
  {
    name: "a handshake that is being judged when new ones are no longer accepted is answered 503",
    harbour: { authenticator: judge(() => timer(100).pipe(map(() => ({ kind: "awaited" })))) },
    async run(harbour) {
      const answer = ask(harbour.address, upgradeHead());
      // The answer to a later request says that the first one is being judged.
      await (await fetch(`http://${harbour.address.hostname}:${harbour.address.port}/`)).text();
      harbour.transport.stopAccepting();
      assert((await answer).startsWith("HTTP/1.1 503 "), await answer);
      assertEquals(harbour.callers, []);
    },
  },
  {
    name: "compression is not agreed to",
    async run(harbour) {
      using client = await RawClient.open(harbour.address, {
        headers: { "sec-websocket-extensions": "permessage-deflate; client_max_window_bits" },
      });
      assertNotMatch(client.head.toLowerCase(), /sec-websocket-extensions/);
    },
  },
  {
    name: "only unknown subprotocols are refused with the known ones, another path with 404, another version with 426",
    async run(harbour) {
      const unknown = await ask(
        harbour.address,
        upgradeHead({ headers: { "sec-websocket-protocol": "graphql-ws, mqtt" } }),
      );
      assert(unknown.startsWith("HTTP/1.1 400 "), unknown);
      assertStringIncludes(unknown, "Cannot speak graphql-ws, mqtt: expected one of lines.text, lines.binary");
      const elsewhere = await ask(harbour.address, upgradeHead({ path: "/elsewhere" }));
      assert(elsewhere.startsWith("HTTP/1.1 404 "), elsewhere);
      for (const version of ["8", "14", ""]) {
        const answer = await ask(harbour.address, upgradeHead({ headers: { "sec-websocket-version": version } }));
        assert(answer.startsWith("HTTP/1.1 426 "), answer);
        assertMatch(answer.toLowerCase(), /\r\nsec-websocket-version: 13\r\n/);
        assertMatch(answer.toLowerCase(), /\r\nupgrade: websocket\r\n/);
      }
      const keyless = await ask(harbour.address, upgradeHead({ headers: { "sec-websocket-key": "short" } }));
      assert(keyless.startsWith("HTTP/1.1 400 "), keyless);
      assertEquals(harbour.counts.connections_refused, 6);
    },
  },
  {
    name: "both paths open a WebSocket, whatever the query",
    async run(harbour) {
      using _first = await RawClient.open(harbour.address, { path: "/ws?a=1" });
      using _second = await RawClient.open(harbour.address, { path: "/" });
      await harbour.caller(1);
    },
  },
  {
    name: "a connection over the limit is answered 503, and one that leaves makes room",
    harbour: { limits: { connections: 2 } },
    async run(harbour) {
      const first = await RawClient.open(harbour.address);
      using _second = await RawClient.open(harbour.address);
      await harbour.caller(1);
      const third = await ask(harbour.address, upgradeHead());
      assert(third.startsWith("HTTP/1.1 503 "), third);
      assertMatch(third.toLowerCase(), /\r\nretry-after: \d+\r\n/);
      first[Symbol.dispose]();
      await until("the first has left", () => harbour.counts.connections_closed === 1);
      using _fourth = await RawClient.open(harbour.address);
      await harbour.caller(2);
    },
  },
  {
    name: "an address over its limit is answered 429, whoever its user is, and one that leaves makes room",
    harbour: { limits: { connectionsPerAddress: 2 } },
    async run(harbour) {
      const first = await RawClient.open(harbour.address);
      using _second = await RawClient.open(harbour.address);
      await harbour.caller(1);
      const third = await ask(harbour.address, upgradeHead());
      assert(third.startsWith("HTTP/1.1 429 "), third);
      assertMatch(third.toLowerCase(), /\r\nretry-after: \d+\r\n/);
      assertEquals(harbour.counts.connections_refused_address, 1);
      first[Symbol.dispose]();
      await until("the first has left", () => harbour.counts.connections_closed === 1);
      using _fourth = await RawClient.open(harbour.address);
      await harbour.caller(2);
    },
  },
  {
    name: "while there is a reason to take nobody new ones are answered 503 with it, and open ones go on",
    harbour: { closedBecause: () => crowd > 0 ? "this node has no memory to spare" : undefined },
    async run(harbour) {
      using open = await RawClient.open(harbour.address);
      const caller = await harbour.caller();
      crowd = 1;
      const refused = await ask(harbour.address, upgradeHead());
      crowd = 0;
      assert(refused.startsWith("HTTP/1.1 503 "), refused);
      assertStringIncludes(refused, "no memory to spare");
      await open.send(1, "still here");
      await until("its message is here", () => caller.messages.length === 1);
      using _next = await RawClient.open(harbour.address);
      await harbour.caller(1);
    },
  },
  {
    name: "plain HTTP is answered on the same port, also when it fails, without saying how",
    harbour: {
      fetch: (request) => {
        if (request.url.endsWith("/throw")) throw new Error("secret");
        return new Response(new URL(request.url).pathname);
      },
    },
    async run(harbour) {
      const at = `http://${harbour.address.hostname}:${harbour.address.port}`;
      const plain = await fetch(`${at}/path`);
      assertEquals([plain.status, await plain.text()], [200, "/path"]);
      const failed = await fetch(`${at}/throw`);
      assertEquals([failed.status, (await failed.text()).includes("secret")], [500, false]);
      assertEquals(harbour.notes, ["error: Cannot answer an HTTP request"]);
    },
  },
];
