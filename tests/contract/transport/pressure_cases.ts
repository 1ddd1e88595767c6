import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import type { TransportCase } from "../transport_contract.ts";
import { PoliteClient } from "./polite_client.ts";
import { RawClient } from "./raw_client.ts";
import { until } from "./until.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Slow clients, silent clients, and clients that are held back. */
export const PRESSURE_CASES: readonly TransportCase[] = [
  {
    name: "a reader that stalls is ended and its socket destroyed within 10 s, while others keep receiving",
    needs: "destroys_sockets",
    harbour: { limits: { queueBytes: 256 * KIB } },
    async run(harbour) {
      using _stalled = await RawClient.open(harbour.address);
      const stalled = await harbour.caller(0);
      const healthy = await PoliteClient.open(harbour.address);
      const callers = [stalled, await harbour.caller(1)];
      const frame = "x".repeat(60 * KIB);
      let sent = 0;
      const sendOne = async () => {
        harbour.send(callers, frame);
        sent += frame.length;
        const all = sent;
        await until("the healthy one has it", () => healthy.texts.reduce((sum, text) => sum + text.length, 0) >= all);
        healthy.messages.length = 0;
        sent = 0;
      };
      while (stalled.completions === 0) await sendOne();
      const ended = performance.now();
      await until("its socket is destroyed", () => harbour.counts.connections_closed === 1);
      assertLess(performance.now() - ended, 10_000);
      await sendOne();
      assertEquals([stalled.completions, healthy.closed], [1, undefined]);
      await healthy.close();
    },
  },
  {
    name: "a slow reader that reads again in time finds the close code 4001",
    harbour: { limits: { queueBytes: 256 * KIB } },
    async run(harbour) {
      using client = await RawClient.open(harbour.address);
      const caller = await harbour.caller();
      let sent = 0;
      for (; caller.completions === 0; sent++) {
        harbour.send([caller], "x".repeat(60 * KIB));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      let read = 0;
      let frame = await client.read();
      for (; frame?.opcode === 2 || frame?.opcode === 1; frame = await client.read()) read++;
      assertEquals([frame?.opcode, frame?.payload.slice(0, 2)], [8, new Uint8Array([4001 >> 8, 4001 & 255])]);
      // What waited was dropped at once: the client does not have to read through it to find the close.
      assertLess(read, sent - 1);
    },
  },
  {
    name: "a burst of one turn beyond the queue limit reaches a client that keeps up",
    harbour: { limits: { queueBytes: 256 * KIB } },
    async run(harbour) {
      const client = await PoliteClient.open(harbour.address);
      const caller = await harbour.caller();
      const frames = Array.from({ length: 600 }, (_, at) => `${at} `.padEnd(KIB, "x"));
      harbour.send([caller], ...frames);
      await until("all are there", () => client.texts.join("\n").length === frames.join("\n").length);
      assertEquals(client.texts.join("\n"), frames.join("\n"));
      assertEquals(client.closed, undefined);
      await client.close();
    },
  },
  {
    name: "a burst of one turn of many times the queue limit ends the connection",
    harbour: { limits: { queueBytes: 256 * KIB } },
    async run(harbour) {
      const client = await PoliteClient.open(harbour.address);
      harbour.send([await harbour.caller()], ...new Array(1100).fill("x".repeat(KIB)));
      await until("it is closed", () => client.closed !== undefined);
      assertEquals(client.closed, { code: 4001, reason: "slow_consumer" });
    },
  },
  ...(["drop_oldest", "conflate"] as const).map((policy): TransportCase => ({
    name:
      `a reader that stalls is spared what may be left out (${policy}), is told of it, and has the newest in the end`,
    harbour: { limits: { queueBytes: 256 * KIB, pongSeconds: 60 } },
    async run(harbour) {
      using client = await RawClient.open(harbour.address);
      const caller = await harbour.caller();
      const total = 800;
      for (let n = 1; n <= total; n++) {
        harbour.sendSpared([caller], `ticks ${n} `.padEnd(20 * KIB, "x"), { channel: "ticks", policy });
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      assertEquals(caller.completions, 0);
      assertGreater(harbour.counts.publications_skipped ?? 0, total / 4);
      let seen = 0;
      let skipped = 0;
      while (seen < total) {
        const frame = await client.read();
        assert(frame?.opcode === 1, `opcode ${frame?.opcode} after ${seen}`);
        for (const text of new TextDecoder().decode(frame.payload).split("\n")) {
          const [, count, n] = /^ticks (?:skipped (\d+)$|(\d+))/.exec(text)!;
          seen += Number(count ?? 1);
          skipped += Number(count ?? 0);
          if (n !== undefined) assertEquals(Number(n), seen);
        }
      }
      assertEquals([skipped, harbour.notes], [harbour.counts.publications_skipped, []]);
    },
  })),
  {
    name: "a queue that stays over its limit ends the connection, even if nothing more is sent",
    harbour: { limits: { queueBytes: 4 * MIB, closeSeconds: 0.2 } },
    async run(harbour) {
      using _stalled = await RawClient.open(harbour.address);
      const caller = await harbour.caller();
      const frame = "x".repeat(60 * KIB);
      const started = performance.now();
      harbour.send([caller], ...new Array(Math.floor(15.5 * MIB / frame.length)).fill(frame));
      await until("it has ended", () => harbour.counts.connections_closed === 1);
      assertLess(performance.now() - started, 10_000);
      assertEquals(caller.completions, 1);
    },
  },
  {
    name: "a client that does not answer pings is closed with 4002, and one that does stays",
    needs: "awaits_pongs",
    harbour: { limits: { pingSeconds: 0.2, pongSeconds: 0.2 } },
    async run(harbour) {
      const polite = await PoliteClient.open(harbour.address);
      using talker = await RawClient.open(harbour.address);
      using mute = await RawClient.open(harbour.address);
      assertEquals((await mute.read())?.opcode, 9);
      // A message is a sign of life too.
      await talker.send(1, "I am here");
      assertEquals(await mute.readClose(), { code: 4002, reason: "no_pong" });
      const [first, , third] = [await harbour.caller(0), await harbour.caller(1), await harbour.caller(2)];
      await until("the mute one has ended", () => third.completions === 1);
      assertEquals([first.completions, polite.closed], [0, undefined]);
      await polite.close();
    },
  },
  {
    name: "while reading is paused no pong is asked for, and afterwards it is",
    needs: "awaits_pongs",
    harbour: { limits: { pingSeconds: 0.1, pongSeconds: 0.1 } },
    async run(harbour) {
      using paused = await RawClient.open(harbour.address);
      const { connection } = await harbour.caller(0);
      harbour.transport.perform([{ kind: "pause", connection }]);
      // Two mute clients come and are ended, one after the other; the paused one is as mute.
      for (let round = 1; round <= 2; round++) {
        using mute = await RawClient.open(harbour.address);
        assertEquals((await mute.readClose())?.code, 4002);
      }
      assertEquals(harbour.callers[0]!.completions, 0);
      harbour.transport.perform([{ kind: "resume", connection }]);
      assertEquals((await paused.readClose())?.code, 4002);
    },
  },
  {
    name: "pause stops reading, so that the client's messages pile up in its socket; resume brings them all, in order",
    needs: "pauses_reading",
    async run(harbour) {
      using client = await RawClient.open(harbour.address);
      const caller = await harbour.caller();
      harbour.transport.perform([{ kind: "pause", connection: caller.connection }]);
      const total = 1200;
      let written = 0;
      const writing = (async () => {
        for (; written < total; written++) await client.send(1, `${written} `.padEnd(32 * KIB, "x"));
      })();
      let last = -1;
      let lastChange = performance.now();
      await until("the client can write no more", () => {
        if (written !== last) [last, lastChange] = [written, performance.now()];
        return written === total || performance.now() - lastChange > 300;
      });
      assertLess(written, total);
      assertEquals(caller.messages.length, 0);
      harbour.transport.perform([{ kind: "resume", connection: caller.connection }]);
      await until("all are here", () => caller.messages.length === total);
      await writing;
      assert(caller.messages.every((message, at) => String(message).startsWith(`${at} `)));
    },
  },
  {
    name: "no message is emitted between pause and resume, not even what one read has brought",
    harbour: { onMessage: (_, connection) => [{ kind: "pause", connection }] },
    async run(harbour) {
      using client = await RawClient.open(harbour.address);
      const caller = await harbour.caller();
      const frames = [0, 1, 2, 3, 4].map((digit) => [0x81, 0x81, 0, 0, 0, 0, 48 + digit]);
      await client.write(new Uint8Array(frames.flat()));
      for (let count = 1; count <= 5; count++) {
        await until(`message ${count} is here`, () => caller.messages.length === count);
        harbour.transport.perform([{ kind: "resume", connection: caller.connection }]);
      }
      assertEquals(caller.messages, ["0", "1", "2", "3", "4"]);
    },
  },
  {
    name: "drained emits at once on a short queue, later on a long one, and never once the connection has ended",
    harbour: { limits: { queueBytes: 32 * MIB } },
    async run(harbour) {
      using client = await RawClient.open(harbour.address);
      const caller = await harbour.caller();
      const watch = () => {
        const events: string[] = [];
        harbour.transport.drained(caller.connection).subscribe({
          next: () => events.push("drained"),
          complete: () => events.push("complete"),
        });
        return events;
      };
      assertEquals(watch(), ["drained", "complete"]);
      const frame = "x".repeat(64 * KIB);
      const fill = () => harbour.send([caller], ...new Array(300).fill(frame));
      fill();
      const waiting = watch();
      assertEquals(waiting, []);
      let read = 0;
      while (read < 300 * frame.length) {
        const { payload } = (await client.read())!;
        read += payload.length;
        if (read < frame.length * 2) assertEquals(waiting, []);
      }
      await until("it is drained", () => waiting.length > 0);
      assertEquals(waiting, ["drained", "complete"]);
      assertGreater(read, 18 * MIB);
      fill();
      const ended = watch();
      client[Symbol.dispose]();
      await until("it has ended", () => ended.length > 0);
      assertEquals(ended, ["complete"]);
    },
  },
];
