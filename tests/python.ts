/** Python, with packages in a folder of the project. */
import { pipeThrough, toolCase } from "./schema/capnp/capnp_tool.ts";

const CACHE = decodeURIComponent(new URL("../.cache", import.meta.url).pathname);

/** The case of Python with pip. */
export function pythonTool() {
  return toolCase("python3", { args: ["-m", "pip", "--version"], advice: "apt-get install python3 python3-pip" });
}

/** Packages that scripts can import once they are installed. */
export interface PythonPackages {
  /** The folder under `.cache`. */
  readonly folder: string;
  /** Each with its exact version: `kosoku==0.1.0`. */
  readonly packages: readonly string[];
  /** A module of the last of them: where it is there, all are. */
  readonly last: string;
}

/** Installs packages, unless they are there. */
export async function installPython({ folder, packages, last }: PythonPackages): Promise<void> {
  const target = `${CACHE}/${folder}`;
  const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", target, ...packages];
  const there = await Deno.stat(`${target}/${last}`).then(() => true, () => false);
  if (!there) await pipeThrough("python3", { args, input: new Uint8Array() });
}

/** Runs a Python script that can import the packages; gives what it wrote. */
export function runPython(
  { folder }: PythonPackages,
  script: string,
  options: { args?: readonly string[]; input?: Uint8Array } = {},
): Promise<Uint8Array> {
  const source = `import sys\nsys.path.insert(0, ${JSON.stringify(`${CACHE}/${folder}`)})\n${script}`;
  const { args = [], input = new Uint8Array() } = options;
  return pipeThrough("python3", { args: ["-c", source, ...args], input });
}
