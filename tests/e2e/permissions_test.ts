/** What the gateway may do at the most: the permissions of `deno task start`, and not one more. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { cleanEnv } from "./gateway_process.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const { serve } = config.permissions;

/** Starts `serve` with some permissions in a folder of its own; gives what it logged when it listened or ended. */
async function started(permissions: (folder: string) => readonly string[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-permissions-" });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--frozen",
      "--no-prompt",
      `--config=${ROOT}deno.json`,
      ...permissions(folder),
      `${ROOT}main.ts`,
      "serve",
    ],
    cwd: folder,
    clearEnv: true,
    env: cleanEnv({ HTTP_PORT: "0", TIDEGATE_ADMIN_PORT: "0" }),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  while (!log.includes("Listening for operators")) {
    const { value, done } = await reader.read();
    if (done) break;
    log += value;
  }
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
  await Promise.all([reader.cancel(), child.status]);
  await Deno.remove(folder, { recursive: true });
  return log;
}

/** What `deno task start` allows, of one address and one folder. */
function least(folder: string): string[] {
  return [
    "--allow-net=127.0.0.1",
    `--allow-read=${folder}`,
    `--allow-write=${folder}/data`,
    `--allow-env=${serve.env.join(",")}`,
  ];
}

Deno.test("the gateway needs no more than the permissions that are documented", async () => {
  assertEquals(Object.keys(serve).sort(), ["env", "net", "read", "write"]);
  const log = await started(least);
  assertStringIncludes(log, '"message":"Listening"');
  assert(!/NotCapable|Requires/.test(log), log);
});

Deno.test("with one permission less it does not start, and says which", async () => {
  for (const [name, what] of [["net", "net access"], ["write", "write access"]] as const) {
    const log = await started((folder) => least(folder).filter((flag) => !flag.startsWith(`--allow-${name}`)));
    assertStringIncludes(log, what);
    assert(!log.includes("Listening for operators"), log);
  }
});
