import { assertEquals, assertThrows } from "@std/assert";
import { concat, ignoreElements, map, type Observable, of, pipe, take, tap } from "rxjs";
import { fork, forkDeliveries } from "../../streams/fork.ts";
import { done } from "../../streams/delivery.ts";
import { type Case, otherwise, route, when, whenIs } from "../../streams/route.ts";
import { topicPattern } from "../../streams/topic_pattern.ts";
import { marbles } from "../../testing/marbles.ts";
import { testLife } from "./life.ts";
import { Told } from "./told.ts";

const is = (...letters: string[]) => (item: string) => letters.includes(item);
const mark = (sign: string) => map((item: string) => `${item}${sign}`);
const same = map((item: string) => item);

testLife("route", () => route(when(is("a"), same), when(is("b"), same), otherwise(same)));
testLife("fork", () => fork(same, same));

Deno.test(
  "route: each item goes to the first branch that takes it, and else to the last one",
  marbles((kit) => {
    const values = { a: "a1", b: "b2", c: "c." };
    const source = kit.hot("-abc-a|");
    const routed = source.pipe(route(when(is("a"), mark("1")), when(is("a", "b"), mark("2")), otherwise(mark("."))));
    kit.emits(routed, "-abc-a|", { values });
    kit.subscriptions(source, "^-----!");
  }),
);

Deno.test(
  "route: a test that throws, and a branch that errors, are the output's error",
  marbles((kit) => {
    const refuse = () => {
      throw "no";
    };
    kit.emits(kit.hot("-a").pipe(route(when(refuse, same), otherwise(same))), "-#", { error: "no" });
    kit.emits(kit.hot("b-a").pipe(route(when(is("a"), map(refuse)), otherwise(same))), "b-#", { error: "no" });
  }),
);

Deno.test(
  "route: a branch that completes early gets no more, and the others go on",
  marbles((kit) => {
    kit.emits(kit.hot("-ababa|").pipe(route(when(is("a"), take(1)), otherwise(same))), "-ab-b-|");
  }),
);

Deno.test(
  "route: a branch that goes on after the source keeps the output open",
  marbles((kit) => {
    const late = (source: Observable<string>) => concat(source.pipe(ignoreElements()), kit.cold("---z|"));
    kit.emits(kit.hot("-a-|").pipe(route(when(is("b"), late), otherwise(same))), "-a----z|");
  }),
);

Deno.test("route: the last case, and no other, is the one for all others", () => {
  const cases = [[], [when(is("a"), same)], [otherwise(same), when(is("a"), same)], [otherwise(same), otherwise(same)]];
  for (const given of cases) {
    assertThrows(() => route(...given as unknown as [Case<string, string>]), TypeError, "must be otherwise");
  }
});

Deno.test("route: a branch has the type that its test tells", () => {
  const isText = (item: string | number) => typeof item === "string";
  const told: unknown[] = [];
  of(1, "two").pipe(
    route(whenIs(isText, map((text) => text.length)), otherwise(map((item) => `${item}`))),
  ).subscribe((one) => told.push(one));
  assertEquals(told, ["1", 3]);
});

Deno.test(
  "fork: each item goes to every branch, before the next item",
  marbles((kit) => {
    const values = { a: "a1", A: "a2", b: "b1", B: "b2" };
    const source = kit.hot("-a----b----|");
    kit.emits(source.pipe(fork(mark("1"), mark("2"))), "-(aA)-(bB)-|", { values });
    kit.subscriptions(source, "^----------!");
  }),
);

Deno.test(
  "fork: an error of a branch is the output's, and leaves the source",
  marbles((kit) => {
    const source = kit.hot("-ab--");
    const failing = map((item: string) => {
      if (item === "b") throw "no b";
      return item;
    });
    kit.emits(source.pipe(fork(ignoreElements(), failing)), "-a#", { error: "no b" });
    kit.subscriptions(source, "^-!");
  }),
);

Deno.test("fork: a delivery is done when all of its branches say so", () => {
  const told = new Told<string>();
  const held: (() => void)[] = [];
  of("a", "b").pipe(
    map((value) => told.delivery(value)),
    forkDeliveries(tap(done), tap((delivery) => held.push(delivery.done)), pipe(tap(done), ignoreElements())),
  ).subscribe();
  assertEquals(told.done, []);
  held[1]!();
  assertEquals(told.done, ["b"]);
  held[0]!();
  assertEquals(told.done, ["b", "a"]);
});

Deno.test("topic pattern: * is one part that is not empty, ** at the end is one or more, and separators count", () => {
  const matches: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
    "orders": [["orders"], ["orders.a", "order", "ORDERS", ""]],
    "orders.*": [["orders.a", "orders.*"], ["orders", "orders.", "orders.a.b", "orders:a", "xorders.a"]],
    "*.eu": [["orders.eu"], [".eu", "a.b.eu", "eu"]],
    "chat:*": [["chat:lobby"], ["chat.lobby", "chat:"]],
    "a/**": [["a/b", "a/b.c:d"], ["a", "a/", "a.b"]],
    "**": [["a", "a.b"], [""]],
    "*": [["a"], ["a.b", ""]],
  };
  for (const [pattern, [yes, no]] of Object.entries(matches)) {
    const test = topicPattern(pattern);
    for (const name of yes) assertEquals(test(name), true, `${pattern} ${name}`);
    for (const name of no) assertEquals(test(name), false, `${pattern} ${name}`);
  }
});

Deno.test("topic pattern: one that is not clear is refused", () => {
  for (const pattern of ["", "a*", "a.*b", "**.a", "a.***"]) {
    assertThrows(() => topicPattern(pattern), TypeError, `Cannot match names by pattern ${JSON.stringify(pattern)}`);
  }
});
