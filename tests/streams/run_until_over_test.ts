import { assertEquals } from "@std/assert";
import { finalize, map, NEVER, type Observable, of, Subject, timer } from "rxjs";
import { type Order, runUntilOver } from "../../streams/run_until_over.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";

const limit = { high: 3, low: 1, waiting: 2, pause: "P", resume: "R" };

/** What the letters of orders stand for. */
const ORDERS: Readonly<Record<string, Order<string>>> = {
  g: { kind: "group", group: ["g", "h"] },
  l: { kind: "last" },
  o: { kind: "over" },
};

interface Case {
  /** How long each item takes. */
  readonly frames?: number;
  readonly orders?: Observable<Order<string>>;
  readonly whileSilent?: Observable<Order<string>>;
  readonly left?: () => void;
}

/** A run whose messages are groups of one item, which answers with its own letter; `Z` is the last word, `F` that of a failure. */
function ran(
  kit: MarbleKit,
  messages: Observable<string>,
  { frames = 0, orders = NEVER, whileSilent = NEVER, left = () => {} }: Case = {},
) {
  return runUntilOver(messages, {
    groupOf(message) {
      if (message === "x") throw new TypeError("it is broken");
      return [message];
    },
    project: (item) => frames === 0 ? of(item) : timer(frames, kit.scheduler).pipe(map(() => item)),
    limit,
    whileSilent: () => whileSilent,
    words: orders,
    ordersOf: of,
    lastWord: (failed) => failed ? "F" : "Z",
    left,
  });
}

Deno.test(
  "run until over: never stays never, and is left when nobody listens",
  marbles((kit) => {
    const [messages, orders] = [kit.hot<string>("-"), kit.hot("-", ORDERS)];
    kit.emits(ran(kit, messages, { orders }), "-", { until: "^--!" });
    kit.subscriptions(messages, "^--!");
    kit.subscriptions(orders, "^--!");
  }),
);

Deno.test(
  "run until over: no message, one and many are worked on until they end, and then comes the last word",
  marbles((kit) => {
    kit.emits(ran(kit, kit.cold("--|")), "--(Z|)");
    kit.emits(ran(kit, kit.hot("-a-|")), "-a-(Z|)");
    kit.emits(ran(kit, kit.hot("-abc---|"), { frames: 1 }), "--abc--(Z|)");
    kit.emits(ran(kit, kit.hot("-abc----"), { frames: 5 }), "---P--a(bR)", { until: "^------- !" });
  }),
);

Deno.test(
  "run until over: what is under way when the messages end is left, and so are the orders",
  marbles((kit) => {
    const item = kit.cold("-----a|");
    const orders = kit.hot("-", ORDERS);
    const run = runUntilOver(kit.hot("-a-|"), {
      groupOf: (message) => [message],
      project: () => item,
      limit,
      whileSilent: () => NEVER,
      words: orders,
      ordersOf: of,
      lastWord: () => "Z",
      left: () => {},
    });
    kit.emits(run, "---(Z|)");
    kit.subscriptions(item, "-^-!");
    kit.subscriptions(orders, "^--!");
  }),
);

Deno.test(
  "run until over: a failure of the messages, of what reads one, of an item and of orders is the last word, and no error",
  marbles((kit) => {
    kit.emits(ran(kit, kit.hot("-a-#")), "-a-(F|)");
    kit.emits(ran(kit, kit.hot("-a-x-b", { a: "a", x: "x", b: "b" })), "-a-(F|)");
    kit.emits(ran(kit, kit.hot("-----"), { orders: kit.hot("--#", ORDERS) }), "--(F|)");
    const run = runUntilOver(kit.hot<string>("-a---"), {
      groupOf: (message) => [message],
      project: () => kit.cold<string>("-#"),
      limit,
      whileSilent: () => NEVER,
      words: NEVER,
      ordersOf: () => NEVER,
      lastWord: () => "F",
      left: () => {},
    });
    kit.emits(run, "--(F|)");
  }),
);

Deno.test(
  "run until over: a group that is ordered comes after the messages before it, and is begun once they are",
  marbles((kit) => {
    const orders = kit.hot("--g", ORDERS);
    kit.emits(ran(kit, kit.hot("-a------b"), { orders }), "-a(gh)", {
      until: "^-----!",
    });
  }),
);

Deno.test(
  "run until over: the last order lets what is under way end, and nothing else begin",
  marbles((kit) => {
    const messages = kit.hot("-a-b--");
    const orders = kit.hot("--l-g-", ORDERS);
    kit.emits(ran(kit, messages, { frames: 5, orders }), "------(aZ|)");
    kit.subscriptions(messages, "^-----!");
  }),
);

Deno.test(
  "run until over: it is over at once when an order says so, though messages and items are under way",
  marbles((kit) => {
    const messages = kit.hot("-a----");
    kit.emits(ran(kit, messages, { frames: 5, orders: kit.hot("---o", ORDERS) }), "---(Z|)");
    kit.subscriptions(messages, "^--!");
    kit.emits(ran(kit, kit.hot("-a"), { orders: of(ORDERS["o"]!) }), "(Z|)");
  }),
);

Deno.test(
  "run until over: what a word means is listened to before other words count, also when no more of them come",
  marbles((kit) => {
    const meaning = kit.cold("--g-|", ORDERS);
    const words = kit.hot("-a-b---c|");
    const run = runUntilOver(kit.hot<string>("-"), {
      groupOf: (message) => [message],
      project: (item) => [item],
      limit,
      whileSilent: () => NEVER,
      words,
      ordersOf: () => meaning,
      lastWord: () => "Z",
      left: () => {},
    });
    kit.emits(run, "---(gh)--(gh)", { until: "^------------!" });
    kit.subscriptions(words, "^-------!");
  }),
);

Deno.test(
  "run until over: silence is listened to until the first message comes",
  marbles((kit) => {
    const [silence, orders] = [kit.hot("---g", ORDERS), kit.hot("-", ORDERS)];
    kit.emits(ran(kit, kit.hot("-a----"), { whileSilent: silence, orders }), "-a----", { until: "^-----!" });
    kit.subscriptions(silence, "^!");
    kit.subscriptions(orders, "^-----!");
    kit.emits(ran(kit, kit.hot("------"), { whileSilent: kit.hot("---g", ORDERS) }), "---(gh)", { until: "^----!" });
  }),
);

Deno.test(
  "run until over: it is left when what was under way is, also where nobody listens any more",
  () => {
    const told: string[] = [];
    const messages = new Subject<string>();
    const running = runUntilOver(messages, {
      groupOf: (message) => [message],
      project: () => NEVER.pipe(finalize(() => told.push("item"))),
      limit,
      whileSilent: () => NEVER,
      words: NEVER,
      ordersOf: () => NEVER,
      lastWord: () => "Z",
      left: () => told.push("left"),
    }).subscribe();
    messages.next("a");
    running.unsubscribe();
    assertEquals(told, ["item", "left"]);
  },
);

Deno.test(
  "run until over: it is left once, whoever has ended it",
  marbles((kit) => {
    const told: string[] = [];
    const left = (who: string) => ({ left: () => void told.push(who) });
    kit.emits(ran(kit, kit.hot("-|"), left("messages")), "-(Z|)");
    kit.emits(ran(kit, kit.hot("-#"), left("failure")), "-(F|)");
    kit.emits(ran(kit, kit.hot("--"), left("listener")), "--", { until: "^!" });
    kit.flush();
    assertEquals(told.toSorted(), ["failure", "listener", "messages"]);
  }),
);
