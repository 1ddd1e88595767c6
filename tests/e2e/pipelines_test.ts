/** Pipelines of routes as a user has them: modules in a folder of their own, named in the configuration. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cleanEnv, startGateway, tidegateArgs } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

const CHAT = `
import { each, type Inbound, reject } from "@tidegate/tidegate";
import { EMPTY, of, timer } from "rxjs";
import { map } from "rxjs";
import { shout } from "./words.ts";

export const inbound: Inbound<string> = (publish, { scheduler }) => {
  if (publish.json === "spam") return reject("no spam here");
  if (publish.json === "drop") return EMPTY;
  if (publish.json === "stuck") return timer(600_000, scheduler).pipe(map(() => publish));
  if (publish.json === "broken") throw new Error("the database is away");
  return of(publish.with({ json: shout(publish.json) }), { channel: "audit:all", json: { by: publish.user } });
};

export const outbound = each<string>((publication) => [publication, publication.with({ json: "and again" })]);
`;

const PRICES = `
import { over } from "@tidegate/tidegate";
import { auditTime } from "rxjs";

export const outbound = over((publications, { scheduler }) => publications.pipe(auditTime(200, scheduler)));
`;

const CONFIG = `
[limits]
pipeline_ms = 500

[[routes]]
channel = "chat:{room}"
topic = "chat"
pipeline = "./pipelines/chat.ts"

[[routes]]
channel = "audit:{what}"
topic = "audit"

[[routes]]
channel = "prices:{symbol}"
topic = "prices"
pipeline = "./pipelines/prices.ts"
`;

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-e2e-" });
  await Deno.mkdir(`${folder}/pipelines`);
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  return folder;
}

const FILES = {
  "config.toml": CONFIG,
  "pipelines/chat.ts": CHAT,
  "pipelines/words.ts": "export const shout = (text: string) => text.toUpperCase();",
  "pipelines/prices.ts": PRICES,
};

async function command(folder: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: tidegateArgs(folder, ...args),
    cwd: folder,
    clearEnv: true,
    env: cleanEnv(),
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("a route's pipelines decide what is written and shown, and a restart changes nothing", async () => {
  const folder = await folderWith(FILES);
  try {
    const first = await startGateway({ folder });
    const ann = await JsonClient.open(first.url);
    await ann.request({ subscribe: { channel: "chat:lobby" } });
    await ann.request({ subscribe: { channel: "audit:all" } });
    const publish = async (payload: string) => {
      const { published, error } = await ann.request({ publish: { channel: "chat:lobby", payload } });
      return error ? [error.code, error.message] : published.channel;
    };
    const cannot = "Cannot publish to chat:lobby: ";
    assertEquals(await publish("hello"), "chat:lobby");
    assertEquals(await publish("spam"), ["rejected", `${cannot}no spam here`]);
    assertEquals(await publish("drop"), ["dropped", `${cannot}its pipeline left the message out`]);
    assertEquals(await publish("broken"), ["pipeline_failed", `${cannot}its pipeline failed; nothing was written`]);
    assertEquals(await publish("stuck"), [
      "pipeline_timeout",
      `${cannot}its pipeline took too long; nothing was written`,
    ]);
    assertEquals(await publish("bye"), "chat:lobby");
    await ann.until(() => ann.publications.get("chat:lobby")?.length === 4);
    await ann.until(() => ann.publications.get("audit:all")?.length === 2);
    const live = ann.publications.get("chat:lobby")!;
    assertEquals(live.map(({ payload }) => payload), ["HELLO", "and again", "BYE", "and again"]);
    const said = first.lines.find((line) => line.includes("the database is away"));
    assertStringIncludes(said!, `${folder}/pipelines/chat.ts:11:`);
    await ann.close();
    first.kill("SIGTERM");
    assertEquals((await first.status).code, 0);
    await first[Symbol.asyncDispose]();

    await using second = await startGateway({ folder });
    await using bob = await JsonClient.open(second.url);
    const { subscribed } = await bob.request({ subscribe: { channel: "chat:lobby", since: live[0].cursor } });
    assertEquals(subscribed.recovered, true);
    assertEquals(bob.publications.get("chat:lobby"), live.slice(1));
    const { history } = await bob.request({ history: { channel: "chat:lobby", limit: 3 } });
    assertEquals(history.publications, live.slice(1));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a pipeline over a route shows the latest of what comes, and says that nobody can resume", async () => {
  const folder = await folderWith({ ...FILES, "config.toml": `[log]\nkind = "memory"\n${CONFIG}` });
  try {
    await using gateway = await startGateway({ folder });
    await using client = await JsonClient.open(gateway.url);
    await client.request({ subscribe: { channel: "prices:gold" } });
    for (let price = 1; price <= 20; price++) {
      client.send({ publish: { channel: "prices:gold", payload: price } });
    }
    await client.until(() => client.publications.get("prices:gold")?.at(-1)?.payload === 20);
    assert(client.publications.get("prices:gold")!.length < 20);
    await using late = await JsonClient.open(gateway.url);
    const { subscribed } = await late.request({ subscribe: { channel: "prices:gold", since: "earliest" } });
    assertEquals([subscribed.recovered, subscribed.reason], [false, "stateful_pipeline"]);
    assertEquals((await late.request({ history: { channel: "prices:gold" } })).error.code, "stateful_pipeline");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("check says what a route's module has, and a wrong module ends check and serve with 2", async () => {
  const folder = await folderWith(FILES);
  try {
    const good = await command(folder, "check");
    assertEquals(good.code, 0, good.err);
    assertStringIncludes(good.out, "chat:{room} -> topic chat, json, murmur2, pipeline inbound and outbound (each)");
    assertStringIncludes(good.out, "pipeline outbound (over)");
    await Deno.writeTextFile(`${folder}/pipelines/chat.ts`, "export const inbond = () => [];");
    await Deno.remove(`${folder}/pipelines/prices.ts`);
    for (const name of ["check", "serve"]) {
      const { code, err } = await command(folder, name);
      assertEquals(code, 2);
      assertStringIncludes(err, "routes[0].pipeline: cannot use pipelines/chat.ts as the pipeline of chat:{room}");
      assertStringIncludes(err, "it exports inbond: did you mean inbound?");
      assertStringIncludes(
        err,
        "routes[2].pipeline: cannot use pipelines/prices.ts as the pipeline of prices:{symbol}",
      );
      assertStringIncludes(err, "there is no such file");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno check finds a wrong type in a pipeline of a folder of its own", async () => {
  const imports = { "@tidegate/tidegate": `${ROOT}mod.ts`, rxjs: "npm:rxjs@7.8.2" };
  const folder = await folderWith({ ...FILES, "deno.json": JSON.stringify({ imports }) });
  const check = async () => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-lock", "pipelines/chat.ts"],
      cwd: folder,
      clearEnv: true,
      env: cleanEnv(),
    }).output();
    return { code, err: new TextDecoder().decode(stderr) };
  };
  try {
    const good = await check();
    assertEquals(good.code, 0, good.err);
    await Deno.writeTextFile(`${folder}/pipelines/chat.ts`, CHAT.replace("return EMPTY", "return 5"));
    const wrong = await check();
    assertEquals(wrong.code, 1);
    assertStringIncludes(wrong.err, "ObservableInput<Draft>");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
