import { assert, assertEquals } from "@std/assert";
import { capnpCodec } from "../../../schema/mod.ts";
import { farPointer, listPointer, structPointer, words } from "./words.ts";

/** "chat:a", and its final zero. */
const CHANNEL = 0x00_00_61_3a_74_61_68_63n;
const CHANNEL_LIST = (offset: number) => listPointer({ offset, element: 2, count: 7 });
/** id 7, union member 2: subscribe. */
const SUBSCRIBE = 0x2_00000007n;
const FRAME = { dataWords: 1, pointers: 1 };

/** Messages of several segments, each the same frame. */
const messages: Record<string, Uint8Array> = {
  "with a far pointer to a struct": words(
    0x4_00000001n,
    0x4n,
    structPointer({ offset: 0, ...FRAME }),
    SUBSCRIBE,
    farPointer({ segment: 1, offset: 0 }),
    0n,
    structPointer({ offset: 0, pointers: 1 }),
    CHANNEL_LIST(0),
    CHANNEL,
    0n,
  ),
  "with a far root": words(
    0x1_00000001n,
    0x6n,
    farPointer({ segment: 1, offset: 0 }),
    structPointer({ offset: 0, ...FRAME }),
    SUBSCRIBE,
    structPointer({ offset: 0, pointers: 1 }),
    CHANNEL_LIST(0),
    CHANNEL,
    0n,
  ),
  "with a double far pointer": words(
    0x4_00000002n,
    0x2_00000002n,
    structPointer({ offset: 0, ...FRAME }),
    SUBSCRIBE,
    structPointer({ offset: 0, pointers: 1 }),
    farPointer({ segment: 1, offset: 0, double: true }),
    farPointer({ segment: 2, offset: 1 }),
    CHANNEL_LIST(0),
    0n,
    CHANNEL,
  ),
};

for (const [name, message] of Object.entries(messages)) {
  Deno.test(`capnp: a message of several segments ${name} is read like one of one`, () => {
    const frame = { type: "subscribe", id: 7, channel: "chat:a" } as const;
    assertEquals(capnpCodec.decode(message), [{ kind: "frame", frame }]);
    assertEquals(capnpCodec.decode(capnpCodec.join([message, message])).length, 2);
  });

  Deno.test(`capnp: a message of several segments ${name} is refused where a word of it leads astray`, () => {
    const refused = new Set<string>();
    for (let at = 0; at < message.length; at++) {
      for (const by of [1, 2, 4, 8, 0x80, 0xff]) {
        const changed = message.slice();
        changed[at]! ^= by;
        for (const decoded of capnpCodec.decode(changed)) {
          if (decoded.kind === "fatal") refused.add(decoded.disconnect.detail!.replace(/\d+/g, "N"));
        }
      }
    }
    assert([...refused].some((detail) => detail.includes("out of bounds")), [...refused].join("\n"));
    assert([...refused].some((detail) => detail.includes("far pointer")), [...refused].join("\n"));
  });
}

/** What several segments can say that is no message. */
const astray: Record<string, [message: Uint8Array, detail: RegExp]> = {
  "a far pointer to itself": [
    words(0x1_00000001n, 0x1n, farPointer({ segment: 0, offset: 0 }), 0n),
    /far pointer to another/,
  ],
  "a far pointer to no segment": [
    words(0x1_00000001n, 0x1n, farPointer({ segment: 9, offset: 0 }), 0n),
    /to no segment/,
  ],
  "a landing pad out of bounds": [
    words(0x1_00000001n, 0x1n, farPointer({ segment: 1, offset: 1 }), 0n),
    /out of bounds/,
  ],
  "a double far pointer to a pad cut short": [
    words(0x1_00000001n, 0x1n, farPointer({ segment: 1, offset: 0, double: true }), 0n),
    /out of bounds/,
  ],
  "a double far pointer to a single one": [
    words(0x1_00000001n, 0x2n, farPointer({ segment: 1, offset: 0, double: true }), structPointer({ offset: 0 }), 0n),
    /second half/,
  ],
  "one place that is reached twice": [
    words(
      0x3_00000001n,
      0x3n,
      structPointer({ offset: 0, pointers: 2 }),
      farPointer({ segment: 1, offset: 0 }),
      farPointer({ segment: 1, offset: 0 }),
      listPointer({ offset: 0, element: 5, count: 2 }),
      1n,
      2n,
    ),
    /reached twice/,
  ],
  "a loop through two segments": [
    words(
      0x2_00000001n,
      0x2n,
      structPointer({ offset: 0, pointers: 1 }),
      farPointer({ segment: 1, offset: 0 }),
      structPointer({ offset: 0, pointers: 1 }),
      farPointer({ segment: 1, offset: 0 }),
    ),
    /reached twice|more than 8/,
  ],
  "65 segments": [words(64n, ...Array<bigint>(32).fill(0n)), /65 segments: expected at most 64/],
};

for (const [name, [message, detail]] of Object.entries(astray)) {
  Deno.test(`capnp: ${name} ends the connection`, () => {
    const last = capnpCodec.decode(message).at(-1);
    assert(last?.kind === "fatal", JSON.stringify(last));
    assert(detail.test(last.disconnect.detail!), last.disconnect.detail);
  });
}
