import { assertEquals } from "@std/assert";
import { WireReader } from "../../../adapters/kafka/wire/reader.ts";
import { WireWriter } from "../../../adapters/kafka/wire/writer.ts";

Deno.test("what is written past the first buffer is read back", () => {
  for (const flexible of [false, true]) {
    const writer = new WireWriter(flexible);
    const numbers = Array.from({ length: 300 }, (_, at) => at * 1_000_003);
    for (const number of numbers) {
      writer.int64(number).int32(number % 1000).int8(1).varint(number % 300).string(`s${number}`);
    }
    const reader = new WireReader(writer.bytes(), flexible);
    for (const number of numbers) {
      const read = [reader.int64(), reader.int32(), reader.int8(), reader.varint(), reader.string()];
      assertEquals(read, [number, number % 1000, 1, number % 300, `s${number}`]);
    }
    assertEquals(reader.remaining, 0);
  }
});
