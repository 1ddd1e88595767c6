import { assert, assertEquals, assertGreater, assertLess, assertNotEquals } from "@std/assert";
import type { TransportCase } from "../transport_contract.ts";
import { line } from "./line_codec.ts";
import { PoliteClient } from "./polite_client.ts";
import { until } from "./until.ts";

const text = (bytes: number, letter: string) => letter.repeat(bytes);

/** Messages both ways. */
export const EXCHANGE_CASES: readonly TransportCase[] = [
  {
    name: "messages go both ways, in order",
    harbour: {
      onMessage: (message, from) => [{ kind: "send", connections: [from], frame: line(`echo ${message}`) }],
    },
    async run(harbour) {
      const client = await PoliteClient.open(harbour.address);
      const sent = Array.from({ length: 100 }, (_, at) => `message ${at} é`);
      for (const message of sent) client.send(message);
      await until("all are echoed", () => client.texts.join("\n").split("\n").length === 100);
      assertEquals(client.texts.join("\n").split("\n"), sent.map((message) => `echo ${message}`));
      assertEquals((await harbour.caller()).messages, sent);
      await client.close();
    },
  },
  {
    name: "binary messages reach a binary codec whole, as bytes of their own",
    async run(harbour) {
      const client = await PoliteClient.open(harbour.address, ["lines.binary"]);
      const sent = [new Uint8Array([0, 255, 10, 13]), new Uint8Array(0), new Uint8Array(300).fill(7)];
      for (const message of sent) client.send(message);
      const caller = await harbour.caller();
      await until("all are here", () => caller.messages.length === 3);
      assertEquals(caller.messages, sent);
      for (const message of caller.messages) {
        assert(message instanceof Uint8Array && message.buffer.byteLength === message.byteLength);
      }
      harbour.send([caller], "a", "b");
      await until("the answer is there", () => client.messages.length === 1);
      assert(client.messages[0] instanceof ArrayBuffer);
      assertEquals(client.texts, ["a\nb"]);
      await client.close();
    },
  },
  {
    name: "the frames of one turn leave as one message, whichever effects queued them",
    async run(harbour) {
      const [first, second] = [await PoliteClient.open(harbour.address), await PoliteClient.open(harbour.address)];
      const callers = [await harbour.caller(0), await harbour.caller(1)];
      harbour.send(callers, "1", "2");
      harbour.send([callers[1]!], "3");
      await Promise.resolve();
      harbour.send(callers, "4");
      await until("both have them", () => first.messages.length > 0 && second.messages.length > 0);
      harbour.send(callers, "5");
      await until("both have the next", () => first.messages.length > 1 && second.messages.length > 1);
      assertEquals(first.texts, ["1\n2\n4", "5"]);
      assertEquals(second.texts, ["1\n2\n3\n4", "5"]);
      await first.close();
      await second.close();
    },
  },
  {
    name: "a message stays under its limit, except for a single frame that is larger",
    harbour: { limits: { maxMessageBytes: 4096 } },
    async run(harbour) {
      const client = await PoliteClient.open(harbour.address);
      const caller = await harbour.caller();
      const frames = [...Array.from({ length: 50 }, (_, at) => text(100 + at, "a")), text(10_000, "b"), text(10, "c")];
      harbour.send([caller], ...frames);
      await until("all are there", () => client.texts.join("\n").length === frames.join("\n").length);
      assertEquals(client.texts.join("\n"), frames.join("\n"));
      for (const message of client.texts.filter((message) => !message.startsWith("b"))) {
        assertLess(message.length, 4096);
      }
      assert(client.texts.includes(text(10_000, "b")));
      assertLess(client.texts.length, 8);
      await client.close();
    },
  },
  {
    name: "a connection's own limit holds for it alone, and is 1 KiB at least",
    async run(harbour) {
      const [small, other] = [await PoliteClient.open(harbour.address), await PoliteClient.open(harbour.address)];
      const callers = [await harbour.caller(0), await harbour.caller(1)];
      harbour.transport.perform([{ kind: "limit", connection: callers[0]!.connection, maxMessageBytes: 1 }]);
      const frames = Array.from({ length: 30 }, () => text(99, "x"));
      harbour.send(callers, ...frames);
      await until("all are there", () => [small, other].every(({ texts }) => texts.join("\n") === frames.join("\n")));
      assertEquals(small.texts.map((message) => message.length), [999, 999, 999]);
      assertEquals(other.messages.length, 1);
      await small.close();
      await other.close();
    },
  },
  {
    name: "the first offered subprotocol that is known is spoken, the first codec where none is offered",
    async run(harbour) {
      const offers = [[], ["lines.binary"], ["lines.text", "lines.binary"], ["other", "lines.binary", "lines.text"]];
      const spoken = ["", "lines.binary", "lines.text", "lines.binary"];
      for (const [at, offer] of offers.entries()) {
        const client = await PoliteClient.open(harbour.address, offer);
        assertEquals(client.protocol, spoken[at]);
        assertEquals((await harbour.caller(at)).connection.codec.subprotocol, spoken[at] || "lines.text");
        await client.close();
      }
    },
  },
  {
    name: "each connection has a session id of its own, and what the authenticator said",
    async run(harbour) {
      const clients = [await PoliteClient.open(harbour.address), await PoliteClient.open(harbour.address)];
      const [one, two] = [(await harbour.caller(0)).connection, (await harbour.caller(1)).connection];
      assertNotEquals(one.session, two.session);
      assertGreater(one.session.length, 30);
      assertEquals(one.admission, { kind: "awaited" });
      for (const client of clients) await client.close();
    },
  },
];
