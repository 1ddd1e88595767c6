import { assertEquals } from "@std/assert";
import { concat, EMPTY, from, map, of, throwError, timer } from "rxjs";
import { done } from "../../streams/delivery.ts";
import { eachDelivery } from "../../streams/each_delivery.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { testLife } from "./life.ts";
import { Told } from "./told.ts";

const values = map(({ value }: { readonly value: unknown }) => value);

for (const inOrder of [true, false]) {
  const options = { concurrency: 2, inOrder };
  const upper = ({ scheduler }: MarbleKit) =>
    eachDelivery((item: string) => timer(1, scheduler).pipe(map(() => item.toUpperCase())), options);

  testLife(
    `each delivery, ${inOrder ? "in" : "out of"} order`,
    (kit) => (source) => source.pipe(map((value) => new Told<string>().delivery(value)), upper(kit)),
  );

  Deno.test(`each delivery: it is done when all of its outputs are, at once without any (in order: ${inOrder})`, () => {
    const told = new Told<string>();
    const outputs: { readonly value: string; done(): void }[] = [];
    from(["ab", "", "c"]).pipe(
      map((value) => told.delivery(value)),
      eachDelivery((text) => from([...text]), options),
    ).subscribe((output) => outputs.push(output));
    assertEquals(outputs.map(({ value }) => value), ["a", "b", "c"]);
    assertEquals(told.done, [""]);
    outputs[0]!.done();
    outputs[0]!.done();
    assertEquals(told.done, [""]);
    outputs[2]!.done();
    outputs[1]!.done();
    assertEquals(told.done, ["", "c", "ab"]);
  });

  Deno.test(
    `each delivery: it is not done before its projection has completed (in order: ${inOrder})`,
    marbles((kit) => {
      const told = new Told<string>();
      const acknowledged: string[] = [];
      const source = kit.hot("-a---|").pipe(map((value) => told.delivery(value)));
      source.pipe(eachDelivery(() => kit.cold("x--|"), options)).subscribe((output) => {
        done(output);
        acknowledged.push(`${output.value} with ${told.done.length}`);
      });
      kit.flush();
      assertEquals([acknowledged, told.done], [["x with 0"], ["a"]]);
    }),
  );

  Deno.test(
    `each delivery: one that fails becomes what is made of its dead letter (in order: ${inOrder})`,
    marbles((kit) => {
      const told = new Told<string>();
      const project = (item: string) => item === "x" ? concat(of("half"), throwError(() => "no x")) : of(item);
      const failed = ({ item, error }: { item: string; error: unknown }) =>
        item === "x" ? of(`${item}: ${error}`) : EMPTY;
      const source = kit.hot("-x---b|").pipe(map((value) => told.delivery(value)));
      const output = source.pipe(
        eachDelivery(project, { ...options, failed }),
        map((delivery) => {
          delivery.done();
          return delivery.value;
        }),
      );
      kit.emits(output, "-(hl)b|", { values: { h: "half", l: "x: no x", b: "b" } });
      kit.flush();
      assertEquals(told.done, ["x", "b"]);
    }),
  );

  Deno.test(
    `each delivery: without a policy an error is the output's, and the delivery is not done (in order: ${inOrder})`,
    marbles((kit) => {
      const told = new Told<string>();
      const source = kit.hot("-x-");
      const project = () => {
        throw "no";
      };
      const output = source.pipe(map((value) => told.delivery(value)), eachDelivery(project, options));
      kit.emits(output, "-#", { error: "no" });
      kit.subscriptions(source, "^!");
      kit.flush();
      assertEquals(told.done, []);
    }),
  );
}

Deno.test(
  "each delivery: a slow one holds up the others in order, and no other out of order",
  marbles((kit) => {
    const told = new Told<string>();
    const slowA = (item: string) => timer(item === "a" ? 4 : 1, kit.scheduler).pipe(map(() => item));
    const source = kit.cold("ab------|").pipe(map((value) => told.delivery(value)));
    kit.emits(source.pipe(eachDelivery(slowA, { concurrency: 2 }), values), "----(ab)|");
    kit.emits(source.pipe(eachDelivery(slowA, { concurrency: 2, inOrder: false }), values), "--b-a---|");
  }),
);
