import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { disconnect } from "../../../domain/disconnect.ts";
import type { TransportCase } from "../transport_contract.ts";
import { line } from "./line_codec.ts";
import { PoliteClient } from "./polite_client.ts";
import { ask, RawClient, shortText, upgradeHead } from "./raw_client.ts";
import { until } from "./until.ts";

/** How connections end. */
export const ENDING_CASES: readonly TransportCase[] = [
  {
    name: "what is queued is sent before the close, with its code and reason",
    async run(harbour) {
      const client = await PoliteClient.open(harbour.address);
      const caller = await harbour.caller();
      const { connection } = caller;
      harbour.transport.perform([
        { kind: "send", connections: [connection], frame: line("last words") },
        { kind: "close", connection, disconnect: disconnect("unauthenticated", "the token has ended") },
        { kind: "send", connections: [connection], frame: line("too late") },
        { kind: "close", connection, disconnect: disconnect("internal") },
      ]);
      await until("it is closed", () => client.closed !== undefined && caller.completions > 0);
      assertEquals(client.texts, ["last words"]);
      assertEquals(client.closed, { code: 4501, reason: "unauthenticated: the token has ended" });
      assertEquals(caller.completions, 1);
    },
  },
  {
    name: "a long reason is cut to 123 bytes between two characters, and a short one is the name alone",
    async run(harbour) {
      const clients = [await PoliteClient.open(harbour.address), await PoliteClient.open(harbour.address)];
      const details = ["é".repeat(200), undefined];
      for (const [at, detail] of details.entries()) {
        const { connection } = await harbour.caller(at);
        harbour.transport.perform([{ kind: "close", connection, disconnect: disconnect("limit_exceeded", detail) }]);
      }
      await until("both are closed", () => clients.every((client) => client.closed !== undefined));
      assertEquals(clients[0]!.closed, { code: 4503, reason: "limit_exceeded: " + "é".repeat(53) });
      assertEquals(clients[1]!.closed, { code: 4503, reason: "limit_exceeded" });
    },
  },
  {
    name: "nothing is emitted from a connection after its close effect",
    harbour: {
      onMessage: (_, connection) => [{ kind: "close", connection, disconnect: disconnect("bad_frame") }],
    },
    async run(harbour) {
      using client = await RawClient.open(harbour.address);
      const caller = await harbour.caller();
      // In one piece, so that one read of the socket brings them all.
      await client.write(new Uint8Array(Array.from({ length: 20 }, (_, at) => shortText(`message ${at}`)).flat()));
      assertEquals(await client.readClose(), { code: 4500, reason: "bad_frame" });
      await client.send(1, "after the close");
      await client.send(8, new Uint8Array([0x11, 0x94]));
      assertEquals(await client.read(), undefined);
      client[Symbol.dispose]();
      await until("it is gone", () => harbour.counts.connections_closed === 1);
      assertEquals(caller.messages, ["message 0"]);
      assertEquals(caller.completions, 1);
    },
  },
  {
    name: "a client that does not answer the close has its socket destroyed in time",
    needs: "destroys_sockets",
    harbour: { limits: { closeSeconds: 0.2 } },
    async run(harbour) {
      using client = await RawClient.open(harbour.address);
      const caller = await harbour.caller();
      harbour.transport.perform([{ kind: "close", connection: caller.connection, disconnect: disconnect("normal") }]);
      assertEquals(await client.readClose(), { code: 1000, reason: "normal" });
      assertEquals(await client.read(), undefined);
      await until("it is gone", () => harbour.counts.connections_closed === 1);
      assertEquals(caller.completions, 1);
    },
  },
  {
    name: "a connection that is paused is closed as soon as its client answers",
    async run(harbour) {
      const client = await PoliteClient.open(harbour.address);
      const { connection } = await harbour.caller();
      const started = performance.now();
      harbour.transport.perform([
        { kind: "pause", connection },
        { kind: "close", connection, disconnect: disconnect("forbidden") },
      ]);
      await until("it is gone", () => harbour.counts.connections_closed === 1 && client.closed !== undefined);
      assertEquals(client.closed?.code, 4502);
      assertLess(performance.now() - started, 4_000);
    },
  },
  {
    name: "a client that closes, or vanishes with or without a reset, completes its messages once",
    async run(harbour) {
      const polite = await PoliteClient.open(harbour.address);
      await harbour.caller(0);
      await polite.close();
      const silent = await RawClient.open(harbour.address);
      await harbour.caller(1);
      silent[Symbol.dispose]();
      const rude = await RawClient.open(harbour.address);
      harbour.send([await harbour.caller(2)], "never read");
      await rude.write(new Uint8Array([0x81, 0xff, 0]));
      await until("it is in the client's socket", () => harbour.callers.length === 3);
      rude[Symbol.dispose]();
      await until("all are gone", () => harbour.counts.connections_closed === 3);
      assertEquals(harbour.callers.map((caller) => caller.completions), [1, 1, 1]);
    },
  },
  {
    name: "effects on a connection that has ended are ignored",
    async run(harbour) {
      const client = await PoliteClient.open(harbour.address);
      const caller = await harbour.caller();
      const { connection } = caller;
      await client.close();
      await until("it has ended", () => harbour.counts.connections_closed === 1);
      harbour.transport.perform([
        { kind: "send", connections: [connection], frame: line("to nobody") },
        { kind: "pause", connection },
        { kind: "resume", connection },
        { kind: "limit", connection, maxMessageBytes: 2048 },
        { kind: "close", connection, disconnect: disconnect("internal") },
      ]);
      const drained: string[] = [];
      harbour.transport.drained(connection).subscribe({
        next: () => drained.push("next"),
        complete: () => drained.push("complete"),
      });
      assertEquals(drained, ["complete"]);
      // The transport goes on.
      const other = await PoliteClient.open(harbour.address);
      harbour.send([await harbour.caller(1)], "to somebody");
      await until("it is there", () => other.messages.length === 1);
      assertEquals(caller.completions, 1);
      await other.close();
    },
  },
  {
    name:
      "after stopAccepting new WebSockets get 503, plain HTTP and open connections go on; close ends them with 4000",
    async run(harbour) {
      const client = await PoliteClient.open(harbour.address);
      const caller = await harbour.caller();
      harbour.transport.stopAccepting();
      const refused = await ask(harbour.address, upgradeHead());
      assert(refused.startsWith("HTTP/1.1 503 "), refused);
      const plain = await fetch(`http://${harbour.address.hostname}:${harbour.address.port}/healthz`);
      assertEquals(await plain.text(), "plain");
      harbour.send([caller], "still here");
      await until("it is there", () => client.messages.length === 1);
      await harbour.transport.close();
      await until("it is closed", () => client.closed !== undefined);
      assertEquals(client.closed, { code: 4000, reason: "draining" });
      assertEquals([caller.completions, harbour.completed], [1, true]);
    },
  },
  {
    name: "300 connections leave nothing open behind them",
    async run(harbour) {
      for (let round = 0; round < 10; round++) {
        const clients = await Promise.all(Array.from({ length: 30 }, () => RawClient.open(harbour.address)));
        if (Deno.build.os === "linux") assertGreater(openSockets(harbour.address.port), 59);
        // Half of them say goodbye, half vanish.
        for (const [at, client] of clients.entries()) {
          if (at % 2) await client.send(8, new Uint8Array([3, 232]));
          client[Symbol.dispose]();
        }
      }
      await until("all are gone", () => harbour.counts.connections_closed === 300);
      assertEquals(harbour.counts.connections_opened, 300);
      assertEquals(harbour.callers.filter((caller) => caller.completions !== 1), []);
      await until("the sockets are closed", () => openSockets(harbour.address.port) === 0);
    },
  },
];

/** How many sockets at a port, of either side, a process has not closed; 0 where the system does not say. */
function openSockets(port: number): number {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const established = "01";
  const waitingToBeClosed = "08";
  const rows = read("/proc/net/tcp").split("\n").map((row) => row.trim().split(/\s+/));
  return rows.filter(([, local, remote, state]) =>
    (local?.endsWith(hex) || remote?.endsWith(hex)) && (state === established || state === waitingToBeClosed)
  ).length;
}

/** Through `cat`: Deno itself reads `/proc` only under all permissions. */
function read(path: string): string {
  try {
    const { stdout } = new Deno.Command("cat", { args: [path], stderr: "null" }).outputSync();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
