import { assertEquals } from "@std/assert";
import type { Codec } from "../../domain/ports/codec.ts";
import { Bench, valueCodec } from "./kit.ts";

Deno.test("a record that a codec cannot write is left out, and the next one comes to everybody", () => {
  using bench = new Bench();
  const fragile: Codec = {
    ...valueCodec,
    encode(frame) {
      const payload = frame.type === "publication" ? frame.publication.payload : null;
      if (payload?.kind === "json" && payload.text === "2") throw new RangeError("it is too much");
      return valueCodec.encode(frame);
    },
  };
  const ann = bench.open("ann");
  Object.assign(ann, { codec: fragile });
  ann.send({ type: "connect" }, { type: "subscribe", id: 1, channel: "chat:lobby" });
  const bob = bench.subscriber("bob", "chat:lobby");
  bench.publish(bob, "chat:lobby", "1", "2", "3");
  assertEquals([bench.ended, ann.texts, bench.counts.get("records_unreadable")], ["no", ["1", "3"], 1]);
  assertEquals(bob.texts.at(-1), "3");
  assertEquals(bench.notes.at(-1)?.fields?.["reason"], "RangeError: it is too much");
});
