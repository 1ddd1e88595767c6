/** pycapnp, the Python client of the reference implementation in C++, and a WebSocket client for Python. */
import { pipeThrough, toolCase } from "./capnp_tool.ts";

const FOLDER = decodeURIComponent(new URL("../../../.cache/python", import.meta.url).pathname);

/** The case of Python with pip. */
export function pythonTool() {
  return toolCase("python3", { args: ["-m", "pip", "--version"], advice: "apt-get install python3 python3-pip" });
}

const PACKAGES = ["pycapnp==2.2.4", "websockets==15.0.1"];

/** Installs the packages into a folder of the project, unless they are there. */
export async function installPycapnp(): Promise<void> {
  const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", FOLDER, ...PACKAGES];
  const there = await Deno.stat(`${FOLDER}/websockets`).then(() => true, () => false);
  if (!there) await pipeThrough("python3", { args, input: new Uint8Array() });
}

/** Runs a Python script that can `import capnp`; gives what it wrote. */
export function runPython(
  script: string,
  options: { args?: readonly string[]; input?: Uint8Array } = {},
): Promise<Uint8Array> {
  const source = `import sys\nsys.path.insert(0, ${JSON.stringify(FOLDER)})\n${script}`;
  const { args = [], input = new Uint8Array() } = options;
  return pipeThrough("python3", { args: ["-c", source, ...args], input });
}
