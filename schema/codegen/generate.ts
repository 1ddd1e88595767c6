/** The TypeScript that is generated from `gateway.capnp`. */
import { straightenClasses } from "./classes.ts";
import { layoutModule } from "./layouts.ts";

const SCHEMA = new URL("../gateway.capnp", import.meta.url);
const GENERATED = new URL("../generated/", import.meta.url);

/** A file of `schema/generated`, and what is to be in it. */
export interface GeneratedFile {
  readonly url: URL;
  readonly text: string;
}

/**
 * Generates everything anew and writes nothing. Needs the `capnp` tool (Debian: `apt-get install capnproto`), and to be let run it and
 * `deno`, and to write to the folder of temporary files.
 *
 * @throws {Deno.errors.NotFound} where there is no `capnp` tool
 */
export async function generate(): Promise<GeneratedFile[]> {
  const request = await run("capnp", ["compile", "-o-", `--src-prefix=${path("../")}`, path("../gateway.capnp")]);
  const folder = await Deno.makeTempDir({ prefix: "tidegate-schema-" });
  try {
    const args = [path("../gateway.capnp"), `--src-prefix=${path("../")}`, `-ots:${folder}`];
    // It reads its input to the end before anything else.
    await run(Deno.execPath(), ["run", "--allow-all", "--quiet", "npm:capnp-es/capnp-es", ...args]);
    const classes = await Deno.readTextFile(`${folder}/gateway.ts`);
    return [
      { url: new URL("gateway.ts", GENERATED), text: await formatted(straightenClasses(classes)) },
      { url: new URL("layout.ts", GENERATED), text: await formatted(layoutModule(request)) },
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function path(relative: string): string {
  return decodeURIComponent(new URL(relative, import.meta.url).pathname);
}

async function formatted(source: string): Promise<string> {
  const args = ["fmt", "--quiet", "--config", path("../../deno.json"), "--ext", "ts", "-"];
  return new TextDecoder().decode(await run(Deno.execPath(), args, source));
}

async function run(command: string, args: readonly string[], input = ""): Promise<Uint8Array> {
  const child = new Deno.Command(command, {
    args: [...args],
    cwd: path("../../"),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [{ success, stdout, stderr }] = await Promise.all([
    child.output(),
    new Blob([input]).stream().pipeTo(child.stdin),
  ]);
  if (success) return stdout;
  throw new Error(`Cannot run ${command} on ${SCHEMA.pathname}: ${new TextDecoder().decode(stderr).trim()}`);
}
