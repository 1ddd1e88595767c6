/** pycapnp, the Python client of the reference implementation in C++, and a WebSocket client for Python. */
import { installPython, type PythonPackages, pythonTool, runPython as run } from "../../python.ts";

export { pythonTool };

const PACKAGES: PythonPackages = {
  folder: "python",
  packages: ["pycapnp==2.2.4", "websockets==15.0.1"],
  last: "websockets",
};

/** Installs the packages into a folder of the project, unless they are there. */
export function installPycapnp(): Promise<void> {
  return installPython(PACKAGES);
}

/** Runs a Python script that can `import capnp`; gives what it wrote. */
export function runPython(
  script: string,
  options: { args?: readonly string[]; input?: Uint8Array } = {},
): Promise<Uint8Array> {
  return run(PACKAGES, script, options);
}
