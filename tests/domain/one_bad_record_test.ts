import { assertEquals } from "@std/assert";
import type { Codec } from "../../domain/ports/codec.ts";
import { testCodec, testGateway } from "../../testing/mod.ts";

Deno.test("a record that a codec cannot write is left out, and the next one comes to everybody", () => {
  using bench = testGateway();
  const fragile: Codec = {
    ...testCodec,
    encode(frame) {
      const payload = frame.type === "publication" ? frame.publication.payload : null;
      if (payload?.kind === "json" && payload.text === "2") throw new RangeError("it is too much");
      return testCodec.encode(frame);
    },
  };
  const ann = bench.open("ann");
  Object.assign(ann, { codec: fragile });
  ann.send({ type: "connect" }, { type: "subscribe", id: 1, channel: "chat:lobby" });
  const bob = bench.subscriber("bob", "chat:lobby");
  bob.publishJson("chat:lobby", "1", "2", "3");
  assertEquals([bench.ended, ann.texts, bench.telemetry.counted("records_unreadable")], ["no", ["1", "3"], 1]);
  assertEquals(bob.texts.at(-1), "3");
  assertEquals(bench.telemetry.notes.at(-1)?.fields?.["reason"], "RangeError: it is too much");
});
