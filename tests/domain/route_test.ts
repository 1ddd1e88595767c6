import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { channelOf, compileRoute, keyOf } from "../../domain/route.ts";
import { routeTable } from "../../domain/route_table.ts";
import { isChannel } from "../../domain/channel.ts";

const route = (channel: string, topic = "t") => compileRoute({ channel, topic });

Deno.test("a channel's key is the variable's value, and the key gives the channel back", () => {
  const chat = route("chat:{room}:v1");
  assertEquals(keyOf(chat, "chat:lobby:v1"), "lobby");
  assertEquals(channelOf(chat, "lobby"), "chat:lobby:v1");
});

Deno.test("a value has no colon and is not empty", () => {
  const chat = route("chat:{room}");
  for (const channel of ["chat:", "chat:a:b", "chat", "cha:lobby", "Chat:lobby"]) {
    assertEquals(keyOf(chat, channel), undefined, channel);
  }
  for (const key of ["", "a:b", "a b", "ä", null]) assertEquals(channelOf(chat, key), undefined, String(key));
});

Deno.test("a prefix and a suffix that share characters do not share a value", () => {
  assertEquals(keyOf(route("a:{x}:a"), "a:a"), undefined);
});

Deno.test("a pattern without a variable is one channel, whatever the record's key", () => {
  const ticker = route("ticker");
  assertEquals(keyOf(ticker, "ticker"), null);
  assertEquals(keyOf(ticker, "tickers"), undefined);
  assertEquals(channelOf(ticker, null), "ticker");
  assertEquals(channelOf(ticker, "any key"), "ticker");
});

Deno.test("a key that would make a channel name too long has no channel", () => {
  assertEquals(channelOf(route("chat:{room}"), "x".repeat(251)), undefined);
  assertEquals(channelOf(route("chat:{room}"), "x".repeat(250))?.length, 255);
});

Deno.test("a bad pattern, topic or option is refused by name", () => {
  assertThrows(() => route("chat/{room}"), TypeError, '"chat/{room}"');
  assertThrows(() => route("{a}:{b}"), TypeError, "at most one variable");
  assertThrows(() => route(""), TypeError);
  assertThrows(() => route("chat", "a topic"), TypeError, '"a topic"');
  assertThrows(() => route("chat", ".."), TypeError);
  assertThrows(() => compileRoute({ channel: "chat:{room}", topic: "t", sentCopy: true }), TypeError, "{user}");
});

Deno.test("routes are found by channel and by topic", () => {
  const table = routeTable([route("chat:{room}", "chat"), route("ticker", "prices"), route("log:{x}", "chat")]);
  assertEquals(table.find("chat:lobby")?.route.topic, "chat");
  assertEquals(table.find("ticker"), { route: table.routes[1]!, key: null });
  assertEquals(table.find("other:x"), undefined);
  assertEquals(table.topics, ["chat", "prices"]);
  assertEquals(table.ofTopic("chat").map((found) => found.channel), ["chat:{room}", "log:{x}"]);
});

Deno.test("patterns that a channel can match both of are refused", () => {
  const pairs = [
    ["chat:{room}", "chat:{other}"],
    ["chat:{room}", "chat:lobby"],
    ["{all}", "ticker"],
    ["a:{x}:x", "a:b:{y}"],
    ["a{x}", "{y}b"],
    ["same", "same"],
  ];
  for (const [a, b] of pairs) {
    assertThrows(() => routeTable([route(a!), route(b!)]), TypeError, "a channel can match both", `${a} ${b}`);
  }
});

Deno.test("patterns that no channel matches both of go together", () => {
  const pairs = [["chat:{room}", "user:{user}"], ["{all}", "a:b"], ["chat:{room}", "chat:{room}:x"], ["a:{x}", "a:"]];
  for (const [a, b] of pairs) assert(routeTable([route(a!), route(b!)]));
});

Deno.test("two patterns are refused wherever some channel matches both", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "b", ":"), maxLength: 3 });
  const pattern = fc.tuple(piece, fc.boolean(), piece).map(([a, has, b]) => has ? `${a}{x}${b}` : a + b)
    .filter((text) => text !== "");
  const names: string[] = [];
  const grow = (name: string) => {
    if (name) names.push(name);
    if (name.length < 6) { for (const next of ["a", "b", ":"]) grow(name + next); }
  };
  grow("");
  fc.assert(
    fc.property(pattern, pattern, (a, b) => {
      const [left, right] = [route(a), route(b)];
      const both = names.some((name) =>
        isChannel(name) && keyOf(left, name) !== undefined && keyOf(right, name) !== undefined
      );
      let refused = false;
      try {
        routeTable([left, right]);
      } catch {
        refused = true;
      }
      // Patterns of up to 6 characters can need longer channels to meet than were made here.
      return both ? refused : true;
    }),
    { numRuns: 300 },
  );
});
