/** The reference tool of Cap'n Proto, as `apt-get install capnproto` brings it. */

const ROOT = decodeURIComponent(new URL("../../../", import.meta.url).pathname);

/** The schema, as the tool is given it. */
export const SCHEMA = `${ROOT}schema/gateway.capnp`;

/** What runs a test that needs a program; says once where it is skipped, and fails instead where `CI=true`. */
export interface ToolCase {
  readonly program: string;
  readonly ignore: boolean;
}

/** Whether a program is there, told by running it with some arguments. */
export async function toolCase(
  program: string,
  options: { args: readonly string[]; advice: string },
): Promise<ToolCase> {
  const there = await new Deno.Command(program, { args: [...options.args], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);
  const ignore = !there && Deno.env.get("CI") !== "true";
  if (ignore) console.log(`SKIPPED: tests that need ${program}: ${options.advice}`);
  return { program, ignore };
}

/** The case of the `capnp` tool. */
export function capnpTool(): Promise<ToolCase> {
  return toolCase("capnp", { args: ["--version"], advice: "apt-get install capnproto" });
}

/** Runs a program on some bytes, and gives what it wrote; throws with what it said where it fails. */
export async function pipeThrough(
  program: string,
  options: { args: readonly string[]; input: Uint8Array },
): Promise<Uint8Array> {
  const child = new Deno.Command(program, {
    args: [...options.args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writing = new Blob([options.input.slice()]).stream().pipeTo(child.stdin).catch(() => {});
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), writing]);
  if (success) return stdout;
  throw new Error(`${program} ${options.args.join(" ")}: ${new TextDecoder().decode(stderr).trim().slice(0, 2000)}`);
}
