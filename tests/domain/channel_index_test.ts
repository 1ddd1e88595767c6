import { assertEquals } from "@std/assert";
import { EMPTY } from "rxjs";
import type { Channel, UserId } from "../../domain/channel.ts";
import { ChannelIndex, type Membership, type Subscriber } from "../../domain/channel_index.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Connection, Effect } from "../../domain/ports/transport.ts";
import { encodeOnce } from "../../domain/serialize.ts";

const LOBBY = "chat:lobby" as Channel;

/** A codec that counts how often it encodes; its bytes are its number. */
function countingCodec(number: number): Codec & { encoded: number } {
  return {
    encoded: 0,
    name: "json",
    subprotocol: `codec-${number}`,
    binary: true,
    separatorBytes: 0,
    decode: () => [],
    join: (pieces) => pieces[0]!,
    encode() {
      this.encoded++;
      return new Uint8Array([number]);
    },
  };
}

function subscriber(session: string, codec: Codec, user = "ann"): Subscriber {
  const connection: Connection = { session, codec, admission: { kind: "awaited" }, messages: EMPTY };
  return { connection, user: user as UserId };
}

function fanOut(index: ChannelIndex, options: { except?: Connection; holdBytes?: number; codecs?: Codec[] } = {}) {
  const out = { effects: [] as Effect[], overdue: [] as Membership[], holdBytes: options.holdBytes ?? 100 };
  const encode = encodeOnce({ type: "pong", id: 1 });
  const reached = index.fanOut({ channel: LOBBY, encode, ...(options.except ? { except: options.except } : {}) }, out);
  const sent = out.effects.flatMap((effect) =>
    effect.kind === "send" ? [...effect.connections].map((connection) => connection.session) : []
  );
  return { ...out, reached, sent: sent.sort() };
}

Deno.test("a frame is encoded once for each codec that a subscriber has, however many subscribers there are", () => {
  const index = new ChannelIndex();
  const [json, capnp] = [countingCodec(1), countingCodec(2)];
  for (let at = 0; at < 10; at++) index.join(subscriber(`j${at}`, json), LOBBY, { hold: false });
  index.join(subscriber("c", capnp), LOBBY, { hold: false });
  index.holdFromNow(index.join(subscriber("held", json), LOBBY, { hold: true }));
  const { effects, reached } = fanOut(index);
  assertEquals([effects.length, reached, json.encoded, capnp.encoded], [2, 12, 1, 1]);
});

Deno.test("the connection that is left out is the only one left out", () => {
  const index = new ChannelIndex();
  const json = countingCodec(1);
  const [a, b] = [subscriber("a", json), subscriber("b", json)];
  index.join(a, LOBBY, { hold: false });
  assertEquals(fanOut(index, { except: a.connection }).reached, 0);
  index.join(b, LOBBY, { hold: false });
  assertEquals(fanOut(index, { except: a.connection }).sent, ["b"]);
  assertEquals(fanOut(index, { except: subscriber("c", json).connection }).sent, ["a", "b"]);
});

Deno.test("held frames come in order at the release, and later ones go live", () => {
  const index = new ChannelIndex();
  const json = countingCodec(1);
  const membership = index.join(subscriber("a", json), LOBBY, { hold: true });
  fanOut(index);
  index.holdFromNow(membership);
  fanOut(index);
  fanOut(index);
  assertEquals(index.release(membership).length, 2);
  assertEquals(index.release(membership), []);
  assertEquals(fanOut(index).sent, ["a"]);
});

Deno.test("a subscription whose held frames pass the limit is overdue", () => {
  const index = new ChannelIndex();
  const membership = index.join(subscriber("a", countingCodec(1)), LOBBY, { hold: true });
  fanOut(index, { holdBytes: 0 });
  index.holdFromNow(membership);
  assertEquals(fanOut(index, { holdBytes: 2 }).overdue, []);
  fanOut(index, { holdBytes: 2 });
  assertEquals(fanOut(index, { holdBytes: 2 }).overdue, [membership]);
});

Deno.test("nothing is left of a channel when its last subscriber leaves", () => {
  const index = new ChannelIndex();
  const json = countingCodec(1);
  const memberships = [
    index.join(subscriber("a", json), LOBBY, { hold: false }),
    index.join(subscriber("b", json), LOBBY, { hold: true }),
  ];
  assertEquals([index.size, index.has(LOBBY), [...index.channels()]], [1, true, [LOBBY]]);
  for (const membership of memberships) index.leave(membership);
  index.leave(memberships[0]!);
  assertEquals([index.size, index.has(LOBBY), memberships.some((left) => index.isCurrent(left))], [0, false, false]);
  assertEquals(fanOut(index).reached, 0);
});

Deno.test("a subscription that left does not take the one after it along", () => {
  const index = new ChannelIndex();
  const who = subscriber("a", countingCodec(1));
  const first = index.join(who, LOBBY, { hold: false });
  index.leave(first);
  const second = index.join(who, LOBBY, { hold: false });
  index.leave(first);
  assertEquals([index.isCurrent(second), fanOut(index).sent], [true, ["a"]]);
});

Deno.test("presence counts the connections of each user", () => {
  const index = new ChannelIndex();
  const json = countingCodec(1);
  for (const [session, user] of [["a1", "ann"], ["b1", "bob"], ["a2", "ann"]]) {
    index.join(subscriber(session!, json, user), LOBBY, { hold: session === "a2" });
  }
  assertEquals(index.present(LOBBY), [{ user: "ann", sessions: 2 }, { user: "bob", sessions: 1 }]);
});
