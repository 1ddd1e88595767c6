import { assertEquals } from "@std/assert";
import { type Delivery, gather, split } from "../../streams/delivery.ts";

function delivery<T>(value: T): Delivery<T> & { times: number } {
  return {
    value,
    times: 0,
    done() {
      this.times++;
    },
  };
}

Deno.test("delivery: one that was split is done once, when all its parts are", () => {
  const whole = delivery("ab");
  const [a, b] = split(whole, ["a", "b"]);
  a!.done();
  a!.done();
  assertEquals(whole.times, 0);
  b!.done();
  b!.done();
  assertEquals([whole.times, a!.value, b!.value], [1, "a", "b"]);
});

Deno.test("delivery: one that became nothing is done at once", () => {
  const whole = delivery("");
  assertEquals(split(whole, []), []);
  assertEquals(whole.times, 1);
});

Deno.test("delivery: all that were gathered are done when the one is", () => {
  const parts = [delivery(1), delivery(2)];
  const sum = gather(parts, 3);
  assertEquals([sum.value, ...parts.map(({ times }) => times)], [3, 0, 0]);
  sum.done();
  assertEquals(parts.map(({ times }) => times), [1, 1]);
});
