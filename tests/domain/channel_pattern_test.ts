import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Channel, isChannel, type UserId } from "../../domain/channel.ts";
import { compilePattern, LONGEST_PATTERN } from "../../domain/channel_pattern.ts";

const ann = "ann" as UserId;

/** Whether a pattern of ann's takes a channel; fails where it is no pattern. */
function takes(pattern: string, channel: string, user = ann): boolean {
  const compiled = compilePattern(pattern, user);
  assert(compiled, `${pattern} is no pattern`);
  return compiled.matches(channel as Channel);
}

Deno.test("a pattern takes what it spells, and a wildcard what is not empty and has no colon", () => {
  assert(takes("chat:lobby", "chat:lobby"));
  assert(takes("chat:*", "chat:lobby"));
  assert(takes("chat:room-*", "chat:room-1"));
  assert(takes("chat:*-log", "chat:a-log"));
  assert(takes("org:*:chat:*", "org:acme:chat:lobby"));
  assert(takes("*", "news"));
  for (
    const [pattern, channel] of [
      ["chat:lobby", "chat:lobby2"],
      ["chat:lobby", "chat:Lobby"],
      ["chat:*", "chat:"],
      ["chat:*", "chat"],
      ["chat:*", "chat:a:b"],
      ["chat:*", "chats:a"],
      ["chat:room-*", "chat:room-"],
      ["chat:a*a", "chat:a"],
      ["chat:a*a", "chat:aa"],
      ["org:*:chat", "org:a:b:chat"],
      ["org:*:chat", "org::chat"],
      ["*", "chat:a"],
    ] as const
  ) assert(!takes(pattern, channel), `${pattern} takes ${channel}`);
});

Deno.test("** takes one or more whole parts, none of them empty, and only at the end", () => {
  assert(takes("chat:**", "chat:a"));
  assert(takes("chat:**", "chat:a:b:c"));
  assert(takes("**", "chat:a"));
  assert(!takes("chat:**", "chat"));
  assert(!takes("chat:**", "chat:"));
  assert(!takes("chat:**", "chat:a::b"));
  assert(!takes("chat:**", "chatty:a"));
  for (const text of ["**:a", "a:**:b", "a:b**", "a:***", "****"]) {
    assertEquals(compilePattern(text, ann), undefined, text);
  }
});

Deno.test("{user} is the user's id, as a whole part", () => {
  assert(takes("user:{user}", "user:ann"));
  assert(takes("app:{user}:*", "app:ann:x"));
  assert(!takes("user:{user}", "user:bob"));
  assert(!takes("user:{user}", "user:ann2"));
  for (const text of ["user:{user}x", "user:x{user}", "user:{users}", "user:{USER}", "{user", "user:{}"]) {
    assertEquals(compilePattern(text, ann), undefined, text);
  }
});

Deno.test("what is no pattern is refused: empty parts, other characters, too much of it", () => {
  for (
    const text of [
      "",
      ":",
      "chat:",
      ":chat",
      "a::b",
      "chat:a b",
      "chat/a",
      "chat:\u0000",
      "chat:a\n",
      "chat:%2e",
      "chat：lobby",
      "сhat:lobby",
      "chat:\u200blobby",
      "chat:?",
      "chat:[a]",
      "chat:**a",
      "chat:a*b*c",
      "chat:\\*",
      "a".repeat(LONGEST_PATTERN + 1),
    ]
  ) assertEquals(compilePattern(text, ann), undefined, JSON.stringify(text));
  assert(compilePattern("a".repeat(LONGEST_PATTERN), ann));
});

Deno.test("names that only look alike, or that climb, are not taken for one another", () => {
  for (const channel of ["chat:..", "chat:lobby.", "chat:.", "chat:~lobby"]) assert(!takes("chat:lobby", channel));
  for (
    const channel of ["chat:../x", "chat:a\u0000", "chat:a\nb", "chat:ａ", "chаt:a", "chat:a ", "chat:é", "chat:*:b"]
  ) {
    assert(!takes("chat:*", channel), JSON.stringify(channel));
    assert(!takes("chat:**", channel), JSON.stringify(channel));
  }
});

const part = fc.stringMatching(/^[A-Za-z0-9_.~-]{1,8}$/);
const userId = fc.stringMatching(/^[A-Za-z0-9_.~-]{1,20}$/).map((text) => text as UserId);
const wild = fc.oneof(
  part,
  fc.tuple(fc.oneof(part, fc.constant("")), fc.oneof(part, fc.constant(""))).map(([a, b]) => `${a}*${b}`),
  fc.constant("{user}"),
);
const pattern = fc.tuple(fc.array(wild, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([parts, open]) => [...parts, ...(open ? ["**"] : [])].join(":"));
/** Near what patterns take, and anything else. */
const name = fc.oneof(
  fc.array(fc.oneof(part, fc.constant("")), { minLength: 1, maxLength: 7 }).map((parts) => parts.join(":")),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("a", ":", ".", "*", "{user}", "\u0000", "а", "／") }),
);

/** A second way to the same answer: a regular expression, with every character of the pattern quoted. */
function model(text: string, user: UserId): RegExp {
  const parts = text.split(":").map((one) => {
    if (one === "{user}") return RegExp.escape(user);
    if (one === "**") return "[^:]+(?::[^:]+)*";
    return one.split("*").map((plain) => RegExp.escape(plain)).join("[^:]+");
  });
  return new RegExp(`^${parts.join(":")}$`, "s");
}

/** A channel that a pattern takes. */
function filled(text: string, user: UserId, fill: string): string {
  return text.replaceAll("{user}", user).replaceAll("**", `${fill}:${fill}`).replaceAll("*", fill);
}

Deno.test("a pattern takes exactly the channels of the model, and what it was made for", () => {
  fc.assert(
    fc.property(pattern, name, userId, part, (text, other, user, fill) => {
      const compiled = compilePattern(text, user)!;
      const expected = model(text, user);
      for (const channel of [other, filled(text, user, fill), filled(text, user, "")]) {
        assertEquals(
          compiled.matches(channel as Channel),
          isChannel(channel) && expected.test(channel),
          `${text} ${JSON.stringify(channel)}`,
        );
      }
      const own = filled(text, user, fill);
      if (isChannel(own)) assert(compiled.matches(own), `${text} does not take ${own}`);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("no channel has more or fewer colons than a pattern without **, and it begins as the pattern says", () => {
  fc.assert(
    fc.property(pattern, name, userId, part, (text, other, user, fill) => {
      const compiled = compilePattern(text, user)!;
      for (const channel of [other, filled(text, user, fill)]) {
        if (!compiled.matches(channel as Channel)) continue;
        assert(channel.startsWith(compiled.beginning));
        assertEquals(compiled.isExact, !text.includes("*"));
        if (compiled.isExact) assertEquals(channel, compiled.beginning);
        if (!text.endsWith("**")) assertEquals(channel.split(":").length, text.split(":").length);
        assert(!channel.split(":").includes(""));
      }
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("whatever text a token holds makes a pattern or none, and never throws", () => {
  fc.assert(
    fc.property(fc.oneof(name, pattern, fc.string({ unit: "grapheme" })), name, userId, (text, channel, user) => {
      compilePattern(text, user)?.matches(channel as Channel);
    }),
    { numRuns: 3_000 },
  );
});
