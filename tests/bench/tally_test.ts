import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { stampedValue } from "../../bench/load/stamp.ts";
import { Tally } from "../../bench/load/tally.ts";

const BYTES = 100;

function messageOf(stamps: readonly { channel?: number; number: number; time?: number }[], between = "\n"): Uint8Array {
  const values = stamps.map(({ channel = 0, time = 0, number }) =>
    stampedValue({ channel, time, number }, { bytes: BYTES })
  );
  return new TextEncoder().encode(`{"publication":${values.join(between)}}`);
}

function tallied(messages: readonly Uint8Array[], now = 0): Tally {
  const tally = new Tally({ clients: 1, channels: 2, bytes: BYTES });
  for (const bytes of messages) tally.count(bytes, 0, { to: bytes.length, client: 0, now });
  return tally;
}

Deno.test("tally: every value of every message counts, whatever is between them", () => {
  fc.assert(fc.property(
    fc.array(fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 8 }), { maxLength: 8 }),
    (messages) => {
      let number = 0;
      const bytes = messages.map((gaps) =>
        new TextEncoder().encode(
          gaps.map((gap) => " ".repeat(gap) + stampedValue({ time: 0, channel: 0, number: ++number }, { bytes: BYTES }))
            .join(""),
        )
      );
      assertEquals(tallied(bytes).delivered, number);
    },
  ));
});

Deno.test("tally: what is no delivery is told apart", () => {
  const tally = new Tally({ clients: 1, channels: 1, bytes: BYTES });
  const bytes = new TextEncoder().encode('{"id":1,"subscribed":{}}');
  assertEquals(tally.count(bytes, 0, { to: bytes.length, client: 0, now: 0 }), false);
  assertEquals(tally.delivered, 0);
});

Deno.test("tally: what comes twice counts once", () => {
  const { delivered, again } = tallied([messageOf([{ number: 1 }, { number: 2 }]), messageOf([{ number: 2 }])]);
  assertEquals({ delivered, again }, { delivered: 2, again: 1 });
});

Deno.test("tally: what is left out does not count, in its channel", () => {
  const { delivered, again } = tallied([messageOf([{ number: 1 }, { number: 3 }, { channel: 1, number: 1 }])]);
  assertEquals({ delivered, again }, { delivered: 3, again: 0 });
});

Deno.test("tally: clients are told apart", () => {
  const tally = new Tally({ clients: 2, channels: 1, bytes: BYTES });
  const bytes = messageOf([{ number: 1 }]);
  for (const client of [0, 1]) assert(tally.count(bytes, 0, { to: bytes.length, client, now: 0 }));
  assertEquals([tally.delivered, tally.again], [2, 0]);
});

Deno.test("tally: only records that were produced in the window count for latency", () => {
  const tally = new Tally({ clients: 1, channels: 1, bytes: BYTES });
  tally.openWindow(100, 200);
  const bytes = messageOf([99, 100, 199, 200].map((time, at) => ({ number: at + 1, time })));
  tally.count(bytes, 0, { to: bytes.length, client: 0, now: 220 });
  assertEquals(tally.delivered, 4);
  assertEquals(tally.report().latencies.map(([, count]) => count), [1, 1]);
});
