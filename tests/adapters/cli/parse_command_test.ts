import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { COMMAND_NAMES, type CommandDefaults, DEFAULT_URL, helpText, parseCommand } from "../../../adapters/cli/mod.ts";

const USER = "3f0e1c5a-7b2d-4e8f-9a01-c0ffee123456";
const CURSOR = "1.6.2.1842.0.qglj";

function parsed(args: readonly string[], defaults?: CommandDefaults): unknown {
  return parseCommand(args, defaults);
}

function mistake(args: readonly string[], defaults?: CommandDefaults): string {
  const outcome = parseCommand(args, defaults);
  assert("error" in outcome, JSON.stringify(outcome));
  return outcome.error;
}

Deno.test("serve and check take a configuration file", () => {
  assertEquals(parsed(["serve"]), { command: "serve" });
  assertEquals(parsed(["serve", "--config", "a.toml"]), { command: "serve", config: "a.toml" });
  assertEquals(parsed(["serve", "--config=a.toml"]), { command: "serve", config: "a.toml" });
  assertEquals(parsed(["check"]), { command: "check", connect: false });
  assertEquals(parsed(["check", "--connect", "--config", "a.toml"]), {
    command: "check",
    config: "a.toml",
    connect: true,
  });
});

Deno.test("pub takes a channel and a payload, with everything that it may have", () => {
  assertEquals(
    parsed([
      ...["pub", "chat:lobby", '{"a":1}', "--text", "--url", "wss://gate.example/ws", "--user", USER.toUpperCase()],
      ...["--header", "lang=en", "--header", "trace=a=b"],
    ]),
    {
      command: "pub",
      channel: "chat:lobby",
      payload: '{"a":1}',
      text: true,
      headers: { lang: "en", trace: "a=b" },
      url: "wss://gate.example/ws",
      user: USER,
    },
  );
});

Deno.test("pub without a payload, or with -, reads standard input", () => {
  const expected = { command: "pub", channel: "chat:lobby", text: false, headers: {}, url: DEFAULT_URL };
  assertEquals(parsed(["pub", "chat:lobby"]), expected);
  assertEquals(parsed(["pub", "chat:lobby", "-"]), expected);
});

Deno.test("a payload that looks like an option stands after --", () => {
  const outcome = parseCommand(["pub", "chat:lobby", "--text", "--", "--url"]);
  assert("command" in outcome && outcome.command === "pub");
  assertEquals([outcome.payload, outcome.text], ["--url", true]);
});

Deno.test("an empty payload is a payload", () => {
  const outcome = parseCommand(["pub", "chat:lobby", ""]);
  assert("command" in outcome && outcome.command === "pub");
  assertEquals(outcome.payload, "");
});

Deno.test("sub takes channels, each once, and where to start and end", () => {
  assertEquals(parsed(["sub", "chat:a", "chat:b", "chat:a", "--since", "earliest", "--count", "10"]), {
    command: "sub",
    channels: ["chat:a", "chat:b"],
    since: "earliest",
    count: 10,
    url: DEFAULT_URL,
  });
  assertEquals(parsed(["sub", "chat:a", "--since", CURSOR]), {
    command: "sub",
    channels: ["chat:a"],
    since: CURSOR,
    url: DEFAULT_URL,
  });
});

Deno.test("the URL is the option's, else the environment's, else this machine's", () => {
  const url = (args: string[], defaults?: CommandDefaults) => {
    const outcome = parseCommand(["sub", "chat:a", ...args], defaults);
    assert("command" in outcome && outcome.command === "sub", JSON.stringify(outcome));
    return outcome.url;
  };
  assertEquals(url([]), "ws://127.0.0.1:8080/ws");
  assertEquals(url([], { url: "" }), "ws://127.0.0.1:8080/ws");
  assertEquals(url([], { url: "ws://env/ws" }), "ws://env/ws");
  assertEquals(url(["--url", "ws://option/ws"], { url: "ws://env/ws" }), "ws://option/ws");
});

Deno.test("help and version are asked for with and without a command", () => {
  for (const args of [[], ["help"], ["--help"], ["-h"], ["--help", "--version"]]) {
    assertEquals(parsed(args), { command: "help" });
  }
  assertEquals(parsed(["--version"]), { command: "version" });
  for (const name of COMMAND_NAMES) {
    for (const args of [[name, "--help"], [name, "-h"], ["help", name], [name, "too", "many", "things", "--help"]]) {
      assertEquals(parsed(args), { command: "help", of: name });
    }
    assertEquals(parsed([name, "--version"]), { command: "version" });
  }
});

Deno.test("an unknown command or option is answered with the nearest", () => {
  assertEquals(mistake(["sevre"]), 'Unknown command "sevre"; did you mean serve?');
  assertEquals(mistake(["help", "pubb"]), 'Unknown command "pubb"; did you mean pub?');
  assertEquals(
    mistake(["frobnicate"]),
    'Unknown command "frobnicate"; expected one of serve, check, pub, sub, token, deny, allow',
  );
  assertEquals(mistake(["serve", "--confg", "x"]), 'Unknown option "--confg"; did you mean --config?');
  assertEquals(mistake(["serve", "--confg=x"]), 'Unknown option "--confg"; did you mean --config?');
  assertEquals(mistake(["--versoin"]), 'Unknown option "--versoin"; did you mean --version?');
  assertEquals(mistake(["serve", "--zzzzzz"]), 'Unknown option "--zzzzzz"');
  assertEquals(mistake(["sub", "chat:a", "--text"]), 'Unknown option "--text"');
});

Deno.test("options that objects have by nature are unknown too", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    assertStringIncludes(mistake(["serve", `--${name}`]), `Unknown option "--${name}"`);
  }
});

Deno.test("a value that is missing, too many or unwanted is a mistake that says so", () => {
  assertEquals(mistake(["serve", "--config"]), "Option --config needs a value: --config PATH");
  assertEquals(mistake(["serve", "--config="]), "Option --config needs a value: --config PATH");
  assertEquals(mistake(["check", "--config", "--connect"]), "Option --config needs a value: --config PATH");
  assertEquals(mistake(["check", "--connect=yes"]), "Option --connect takes no value");
  assertEquals(mistake(["serve", "--config", "a", "--config", "b"]), "Option --config is there twice");
});

Deno.test("a value that looks like an option is taken where it stands after =", () => {
  assertEquals(parsed(["serve", "--config=--config"]), { command: "serve", config: "--config" });
});

Deno.test("arguments too few or too many are mistakes that show the usage", () => {
  assertEquals(mistake(["serve", "now"]), 'Unexpected argument "now": expected tidegate serve');
  assertEquals(mistake(["pub"]), "Too few arguments: expected tidegate pub CHANNEL [PAYLOAD]");
  assertEquals(
    mistake(["pub", "chat:a", "hello", "world"]),
    'Unexpected argument "world": expected tidegate pub CHANNEL [PAYLOAD]',
  );
  assertEquals(mistake(["sub"]), "Too few arguments: expected tidegate sub CHANNEL...");
});

Deno.test("values that cannot be are told with what they were", () => {
  assertStringIncludes(mistake(["pub", "chat/lobby"]), '"chat/lobby"');
  assertStringIncludes(mistake(["sub", "chat:a", ""]), '""');
  assertStringIncludes(mistake(["pub", "chat:a", "--user", "bob"]), '"bob": expected a UUID');
  assertStringIncludes(mistake(["pub", "chat:a", "--url", "http://x/ws"]), '--url "http://x/ws"');
  assertStringIncludes(mistake(["pub", "chat:a"], { url: "nonsense" }), 'TIDEGATE_URL "nonsense"');
  assertStringIncludes(mistake(["sub", "chat:a", "--since", "latest"]), '"latest"');
  assertStringIncludes(mistake(["sub", "chat:a", "chat:b", "--since", CURSOR]), "one channel");
  for (const count of ["0", "-1", "1.5", "ten", ""]) {
    assertStringIncludes(mistake(["sub", "chat:a", `--count=${count}`]), "expected a whole number from 1");
  }
});

Deno.test("headers need a name and a value, each name once, and none of the gateway's own", () => {
  for (const header of ["lang", "=en", ""]) {
    assertStringIncludes(mistake(["pub", "chat:a", `--header=${header}`]), "expected NAME=VALUE");
  }
  for (const header of ["tidegate-sender=x", "Content-Type=x", "TIDEGATE-x=x"]) {
    assertStringIncludes(mistake(["pub", "chat:a", "--header", header]), "the gateway's own");
  }
  assertStringIncludes(mistake(["pub", "chat:a", "--header", "a=1", "--header", "a=2"]), "twice");
  const outcome = parseCommand(["pub", "chat:a", "--header", "__proto__=x", "--header", "empty="]);
  assert("command" in outcome && outcome.command === "pub");
  assertEquals(Object.entries(outcome.headers), [["__proto__", "x"], ["empty", ""]]);
});

Deno.test("no command line throws, and every answer is a command or a mistake of one line", () => {
  const words = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("serve", "check", "pub", "sub", "help", "-", "--", "chat:a", "--config", "--url", "--user=x"),
    fc.constantFrom("--header", "--help", "--since", "--count=1", "--text", "--connect", "-h", "-x", "--no-text"),
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 6 }), (args) => {
      const outcome = parseCommand(args);
      if ("error" in outcome) assert(!/\p{Cc}/u.test(outcome.error), outcome.error);
      else assert(outcome.command === "version" || outcome.command === "help" || args.includes(outcome.command));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("every option in help is taken, and every command is in the overview", () => {
  for (const name of COMMAND_NAMES) {
    assertStringIncludes(helpText(), `  ${name} `);
    const options = [...helpText(name).matchAll(/^ +(?:-. ?, )?--([a-z]+)(?: (\S+))?/gm)];
    assert(options.length >= 3, helpText(name));
    for (const [, option, value] of options) {
      const args = value?.match(/^[A-Z=]+$/) ? [`--${option}=x`] : [`--${option}`];
      const outcome = parseCommand([name, ...args]);
      if ("error" in outcome) assert(!outcome.error.startsWith("Unknown option"), outcome.error);
    }
  }
});

Deno.test("every example in help is understood", () => {
  for (const name of COMMAND_NAMES) {
    const examples = [...helpText(name).matchAll(/^ {2}tidegate (.*)$/gm)].map(([, line]) => line!);
    assert(examples.length > 0);
    for (const example of examples) {
      const args = [...example.matchAll(/'([^']*)'|(\S+)/g)].map(([, inQuotes, bare]) => inQuotes ?? bare!);
      const outcome = parseCommand(args);
      assert("command" in outcome && outcome.command === name, `${example}: ${JSON.stringify(outcome)}`);
    }
  }
});

Deno.test("help fits a terminal and ends its last line", () => {
  for (const text of [helpText(), ...COMMAND_NAMES.map((name) => helpText(name))]) {
    assert(text.endsWith("\n") && !text.endsWith("\n\n"));
    for (const line of text.split("\n")) {
      assert(line.length <= 120, line);
      assertEquals(line, line.trimEnd());
    }
  }
});

Deno.test("pub and sub speak JSON, or Cap'n Proto where they are told to", () => {
  for (const line of [["pub", "chat:a", "1"], ["sub", "chat:a"]]) {
    const protocolOf = (...options: string[]) => {
      const command = parseCommand([...line, ...options]);
      return "protocol" in command ? command.protocol : command;
    };
    assertEquals(protocolOf("--protocol", "capnp"), "capnp");
    assertEquals(protocolOf("--protocol=json"), "json");
    assert(!("protocol" in parseCommand(line)));
    assertStringIncludes(mistake([...line, "--protocol", "xml"]), 'Cannot speak "xml": expected json or capnp');
  }
});
