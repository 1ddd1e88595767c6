import { assertEquals, assertStrictEquals } from "@std/assert";
import { OutMessage } from "../../../adapters/websocket/out_message.ts";

// The examples of RFC 6455, section 5.7, and the lengths where one form of a header ends and the next begins.
const HEADS: readonly { readonly length: number; readonly head: string }[] = [
  { length: 0, head: "8200" },
  { length: 125, head: "827d" },
  { length: 126, head: "827e007e" },
  { length: 256, head: "827e0100" },
  { length: 65_535, head: "827effff" },
  { length: 65_536, head: "827f0000000000010000" },
];

Deno.test("a message is one frame with the header of its length", () => {
  for (const { length, head } of HEADS) {
    const bytes = new Uint8Array(length).fill(7);
    const { frame } = new OutMessage(bytes, { binary: true });
    const start = head.length / 2;
    assertEquals(frame.subarray(0, start).toHex(), head);
    assertEquals(new Uint8Array(frame.subarray(start)), bytes);
  }
  const hello = new OutMessage(new TextEncoder().encode("Hello"), { binary: false });
  assertEquals(new Uint8Array(hello.frame).toHex(), "810548656c6c6f");
});

Deno.test("what a message looks like is made once for all who are sent it", () => {
  const message = new OutMessage(new TextEncoder().encode("grüße"), { binary: false });
  assertStrictEquals(message.frame, message.frame);
  assertEquals(message.text, "grüße");
});
