import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { MessageJoiner } from "../../../adapters/websocket/message_joiner.ts";
import type { Codec } from "../../../domain/ports/codec.ts";
import { line, lineCodec } from "../../contract/transport/line_codec.ts";

function countingCodec(): Codec & { joins: number } {
  const codec = lineCodec({ binary: false });
  const counting = {
    ...codec,
    joins: 0,
    join(frames: readonly Uint8Array[]) {
      counting.joins++;
      return codec.join(frames);
    },
  };
  return counting;
}

Deno.test("the very same frames are joined once, and others are not taken for them", () => {
  const codec = countingCodec();
  const joiner = new MessageJoiner(() => {});
  const [a, b, c] = [line("a"), line("b"), line("c")];
  const message = joiner.join(codec, [a, b]);
  assertEquals(message.text, "a\nb");
  for (let connection = 0; connection < 100; connection++) assertStrictEquals(joiner.join(codec, [a, b]), message);
  assertEquals(codec.joins, 1);
  assertEquals(joiner.join(codec, [a, c]).text, "a\nc");
  assertEquals(joiner.join(codec, [a]).text, "a");
  assertEquals(joiner.join(codec, [a, b, c]).text, "a\nb\nc");
  assertEquals(joiner.join(codec, [b, a]).text, "b\na");
  assertEquals(joiner.join(codec, [line("a"), b]).text, "a\nb");
  assertStrictEquals(joiner.join(codec, [a, b]), message);
  assertEquals(codec.joins, 6);
});

Deno.test("more messages with one first frame than are remembered are joined all the same", () => {
  const joiner = new MessageJoiner(() => {});
  const codec = countingCodec();
  const first = line("first");
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < 20; at++) {
      assertEquals(joiner.join(codec, [first, line(`${at}`)]).text, `first\n${at}`);
    }
  }
});

Deno.test("what is remembered is asked to be forgotten once a turn, and then is", () => {
  let asked = 0;
  const joiner = new MessageJoiner(() => asked++);
  const codec = countingCodec();
  const [a, b] = [line("a"), line("b")];
  const message = joiner.join(codec, [a, b]);
  joiner.join(codec, [b]);
  assertEquals(asked, 1);
  joiner.forget();
  assert(joiner.join(codec, [a, b]) !== message);
  assertEquals([asked, codec.joins], [2, 3]);
  assertEquals(joiner.join(codec, [a, b]).text, message.text);
});
