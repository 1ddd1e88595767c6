import { assert, assertEquals, assertLess } from "@std/assert";
import type { TransportCase } from "../transport_contract.ts";
import { PoliteClient } from "./polite_client.ts";
import { exchange, RawClient, upgradeHead } from "./raw_client.ts";
import { until } from "./until.ts";

/** What clients do wrong, by accident or on purpose. */
export const HOSTILE_CASES: readonly TransportCase[] = [
  {
    name: "a message over the limit closes with 1009, in one frame or in many, and one at the limit does not",
    needs: "bounds_messages",
    harbour: { limits: { maxFrameBytes: 1000 } },
    async run(harbour) {
      using whole = await RawClient.open(harbour.address);
      await whole.send(1, "x".repeat(1000));
      await whole.send(1, "x".repeat(1001));
      assertEquals((await whole.readClose())?.code, 1009);
      using pieces = await RawClient.open(harbour.address);
      // Unfinished text, then unfinished continuations: 600 bytes each.
      await pieces.write(piece(0x01, 600));
      await pieces.write(piece(0x00, 600));
      assertEquals((await pieces.readClose())?.code, 1009);
      using claim = await RawClient.open(harbour.address);
      await claim.write(new Uint8Array([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]));
      assertEquals((await claim.readClose())?.code, 1009);
      assertEquals(harbour.callers.map((caller) => caller.messages.length), [1, 0, 0]);
      await until("all have ended", () => harbour.callers.every((caller) => caller.completions === 1));
    },
  },
  {
    name: "a whole message over the limit closes with 1009 and is dropped, also where its pieces are not over it",
    harbour: { limits: { maxFrameBytes: 1000 } },
    async run(harbour) {
      using whole = await RawClient.open(harbour.address);
      await whole.send(1, "é".repeat(500));
      await whole.send(1, "é".repeat(501));
      assertEquals((await whole.readClose())?.code, 1009);
      using pieces = await RawClient.open(harbour.address);
      await pieces.write(piece(0x01, 600));
      await pieces.write(piece(0x80, 600));
      assertEquals((await pieces.readClose())?.code, 1009);
      assertEquals(harbour.callers.map((caller) => caller.messages.length), [1, 0]);
      await until("both have ended", () => harbour.callers.every((caller) => caller.completions === 1));
    },
  },
  {
    name: "text that is not UTF-8 closes with 1007",
    needs: "refuses_bad_frames",
    async run(harbour) {
      using client = await RawClient.open(harbour.address);
      await client.send(1, new Uint8Array([0xc3, 0x28]));
      assertEquals((await client.readClose())?.code, 1007);
      const caller = await harbour.caller();
      await until("it has ended", () => caller.completions === 1);
      assertEquals(caller.messages, []);
    },
  },
  {
    name: "frames that break the rules close with 1002",
    needs: "refuses_bad_frames",
    async run(harbour) {
      const frames = {
        unmasked: new Uint8Array([0x81, 0x01, 0x61]),
        reservedBit: new Uint8Array([0xc1, 0x81, 0, 0, 0, 0, 0x61]),
        unknownOpcode: new Uint8Array([0x83, 0x80, 0, 0, 0, 0]),
        looseContinuation: new Uint8Array([0x80, 0x80, 0, 0, 0, 0]),
        longPing: piece(0x89, 126),
        shortClose: new Uint8Array([0x88, 0x81, 0, 0, 0, 0, 3]),
      };
      for (const [name, frame] of Object.entries(frames)) {
        using client = await RawClient.open(harbour.address);
        await client.write(frame);
        assertEquals((await client.readClose())?.code, 1002, name);
      }
      await until("all have ended", () => harbour.callers.every((caller) => caller.completions === 1));
      assertEquals(harbour.callers.flatMap((caller) => caller.messages), []);
    },
  },
  {
    name: "a binary message to a text codec closes with 4500, and so does the reverse",
    async run(harbour) {
      const text = await PoliteClient.open(harbour.address, ["lines.text"]);
      const binary = await PoliteClient.open(harbour.address, ["lines.binary"]);
      text.send(new Uint8Array([1]));
      binary.send("1");
      await until("both are closed", () => text.closed !== undefined && binary.closed !== undefined);
      assertEquals(text.closed, { code: 4500, reason: "bad_frame: expected a text message, got a binary one" });
      assertEquals(binary.closed, { code: 4500, reason: "bad_frame: expected a binary message, got a text one" });
      assertEquals(harbour.callers.flatMap((caller) => caller.messages), []);
    },
  },
  {
    name: "a request whose head does not come in time is closed, be it half there or not at all",
    needs: "bounds_heads",
    harbour: { limits: { handshakeSeconds: 0.4 } },
    async run(harbour) {
      const heads = ["", "GET /ws HT", "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"];
      const started = performance.now();
      const answers = await Promise.all(heads.map((head) => exchange(harbour.address, head)));
      for (const answer of answers) assert(answer === "" || answer.startsWith("HTTP/1.1 408 "), answer);
      assertLess(performance.now() - started, 5_000);
    },
  },
  {
    name: "a head over its limit is answered 431, upgrade or not",
    needs: "bounds_heads",
    async run(harbour) {
      const padding = { padding: "x".repeat(9 * 1024) };
      const upgrade = await exchange(harbour.address, upgradeHead({ headers: padding }));
      assert(upgrade.startsWith("HTTP/1.1 431 "), upgrade);
      const plain = await exchange(harbour.address, upgradeHead({ headers: { ...padding, upgrade: "" } }));
      assert(plain.startsWith("HTTP/1.1 431 "), plain);
      const small = await exchange(
        harbour.address,
        upgradeHead({ headers: { connection: "close", upgrade: "", padding: "x".repeat(6 * 1024) } }),
      );
      assert(small.startsWith("HTTP/1.1 200 "), small);
    },
  },
  {
    name: "what is no HTTP is answered 400 and closed",
    needs: "bounds_heads",
    async run(harbour) {
      for (
        const garbage of ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "\0\0\0\0\r\n\r\n", "HELO localhost\r\n\r\n"]
      ) {
        const answer = await exchange(harbour.address, garbage);
        assert(answer.startsWith("HTTP/1.1 400 "), answer);
      }
      using _client = await RawClient.open(harbour.address);
      await harbour.caller();
    },
  },
  {
    name: "too many pings or pongs close with 4503, and pings now and then do not",
    needs: "bounds_controls",
    async run(harbour) {
      for (const opcode of [9, 10]) {
        using flood = await RawClient.open(harbour.address);
        await flood.write(
          new Uint8Array(Array.from({ length: 300 }, () => [0x80 | opcode, 0x81, 0, 0, 0, 0, 0]).flat()),
        );
        const close = await flood.readClose();
        assertEquals([close?.code, close?.reason.split(":")[0]], [4503, "limit_exceeded"], `opcode ${opcode}`);
      }
      await until("both are gone", () => harbour.counts.connections_closed === 2);
      assertEquals(harbour.counts.connections_limited, 2);
      using polite = await RawClient.open(harbour.address);
      for (let at = 0; at < 20; at++) await polite.send(9, "ping");
      await polite.send(1, "done");
      const caller = await harbour.caller(2);
      await until("its message is here", () => caller.messages.length === 1);
    },
  },
  {
    name: "a message in thousands of pieces closes with 1008, however small it is",
    needs: "bounds_controls",
    async run(harbour) {
      using pieces = await RawClient.open(harbour.address);
      const empty = [0x00, 0x80, 0, 0, 0, 0];
      await pieces.write(
        new Uint8Array([0x01, 0x80, 0, 0, 0, 0, ...Array.from({ length: 2_000 }, () => empty).flat()]),
      );
      assertEquals((await pieces.readClose())?.code, 1008);
      const caller = await harbour.caller();
      await until("it has ended", () => caller.completions === 1);
      assertEquals([caller.messages, harbour.counts.connections_limited], [[], 1]);
      using whole = await RawClient.open(harbour.address);
      await whole.write(
        new Uint8Array([
          0x01,
          0x80,
          0,
          0,
          0,
          0,
          ...Array.from({ length: 500 }, () => empty).flat(),
          0x80,
          0x80,
          0,
          0,
          0,
          0,
        ]),
      );
      const other = await harbour.caller(1);
      await until("it is whole", () => other.messages.length === 1);
    },
  },
  {
    name: "a flood of pings from a client that reads nothing costs that client its connection alone",
    needs: "destroys_sockets",
    async run(harbour) {
      const other = await PoliteClient.open(harbour.address);
      using flood = await RawClient.open(harbour.address);
      const pings = new Uint8Array(131 * 500);
      for (let at = 0; at < 500; at++) pings.set(piece(0x89, 125), at * 131);
      const flooded = (async () => {
        // As much as the sockets of both ends hold, and more: the end comes by a broken pipe.
        for (let at = 0; at < 2000; at++) await flood.write(pings);
      })().catch((error) => assert(error instanceof Error));
      await until("it is gone", () => harbour.counts.connections_closed === 1);
      await flooded;
      harbour.send([await harbour.caller(0)], "still here");
      await until("the other one is served", () => other.messages.length === 1);
      await other.close();
    },
  },
];

/** A masked frame of zeros, with a mask of zeros. */
function piece(first: number, length: number): Uint8Array {
  const head = length < 126 ? [first, 0x80 | length] : [first, 0x80 | 126, length >> 8, length & 255];
  return new Uint8Array([...head, 0, 0, 0, 0, ...new Array(length).fill(0)]);
}
