/** A script of a user, in a process of its own. */
import { cleanEnv } from "./gateway_process.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** What a script prints, standard error behind standard output. */
export async function runScript(
  script: string,
  { config = "", permissions = ["-A"] }: { config?: string; permissions?: readonly string[] },
): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-e2e-" });
  try {
    await Deno.writeTextFile(`${folder}/config.toml`, config);
    await Deno.writeTextFile(`${folder}/script.ts`, script);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", `--config=${ROOT}deno.json`, "--frozen", "--no-prompt", ...permissions, "script.ts"],
      cwd: folder,
      clearEnv: true,
      env: cleanEnv(),
    }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
