import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseCommand } from "../../../adapters/cli/mod.ts";

function parsed(args: readonly string[]): unknown {
  return parseCommand(args);
}

function mistake(args: readonly string[]): string {
  const command = parseCommand(args);
  assert("error" in command, JSON.stringify(command));
  return command.error;
}

Deno.test("token takes a user, patterns by action, and how long", () => {
  const args = [
    "token",
    "--user",
    "ann",
    "--subscribe",
    "chat:*",
    "--subscribe",
    "inbox:{user}",
    "--publish",
    "chat:a",
  ];
  assertEquals(parsed([...args, "--for", "15m", "--id", "t-1", "--key", "k.pem", "--config", "c.toml"]), {
    command: "token",
    user: "ann",
    grants: { subscribe: ["chat:*", "inbox:{user}"], publish: ["chat:a"] },
    forMs: 900_000,
    id: "t-1",
    key: "k.pem",
    config: "c.toml",
  });
  assertEquals(parsed(["token", "--user", "ann"]), { command: "token", user: "ann", grants: {}, forMs: 3_600_000 });
});

Deno.test("deny and allow take a user or a token", () => {
  assertEquals(parsed(["deny", "user", "ann", "--for", "7d", "--reason", "spam"]), {
    command: "deny",
    denied: { kind: "user", id: "ann" },
    forMs: 7 * 86_400_000,
    reason: "spam",
  });
  assertEquals(parsed(["deny", "token", "a b:c"]), { command: "deny", denied: { kind: "token", id: "a b:c" } });
  const upper = "0A0B0C0D-0000-4000-8000-000000000001";
  assertEquals(parsed(["allow", "user", upper]), {
    command: "allow",
    denied: { kind: "user", id: upper.toLowerCase() },
  });
});

Deno.test("what cannot be meant is refused with what was expected", () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["token"], "expected --user ID"],
    [["token", "--user", "a:b"], 'Cannot be user "a:b"'],
    [["token", "--user", "a", "--publish", "chat:"], 'Cannot grant "chat:"'],
    [["token", "--user", "a", "--for", "1 h"], "such as 90s, 15m, 1h or 7d"],
    [["token", "--user", "a", "--for", "0s"], "such as 90s"],
    [["token", "--user", "a", "--for", "9999999999d"], "such as 90s"],
    [["token", "--user", "a", "--key", ""], "Option --key needs a value"],
    [["deny", "user"], "Too few arguments"],
    [["deny", "role", "x"], 'Cannot tell what "role" is'],
    [["deny", "user", "a b"], 'Cannot be user "a b"'],
    [["allow", "token", "x".repeat(257)], "expected 1 to 256 characters"],
    [["allow", "user", "a", "--for", "1h"], "Unknown option"],
  ];
  for (const [args, message] of cases) assertStringIncludes(mistake(args), message);
});

Deno.test("pub and sub take a token, from the environment too, and never show it", () => {
  const of = (args: readonly string[], token?: string) => {
    const command = parseCommand(args, { token });
    return "token" in command ? command.token : command;
  };
  assertEquals(of(["sub", "chat:a"], "from-env"), "from-env");
  assertEquals(of(["sub", "chat:a", "--token", "given"], "from-env"), "given");
  assertEquals("token" in parseCommand(["pub", "chat:a", "1"], { token: "" }), false);
  const wrong = parseCommand(["sub", "chat:a"], { token: "se cret\n" });
  assert("error" in wrong && !wrong.error.includes("cret"));
});
