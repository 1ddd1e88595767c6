/** The worker's code, as one address that needs no permission to be read. */

/** The modules of the worker; each imports only those before it, and types. */
const modules = () => [
  ["./store_problem.ts", import("./store_problem.ts", { with: { type: "text" } })] as const,
  ["./schema.ts", import("./schema.ts", { with: { type: "text" } })] as const,
  ["./store_file.ts", import("./store_file.ts", { with: { type: "text" } })] as const,
  ["./slab.ts", import("./slab.ts", { with: { type: "text" } })] as const,
  ["./append_records.ts", import("./append_records.ts", { with: { type: "text" } })] as const,
  ["./read_records.ts", import("./read_records.ts", { with: { type: "text" } })] as const,
  ["./compact_records.ts", import("./compact_records.ts", { with: { type: "text" } })] as const,
  ["./expire_records.ts", import("./expire_records.ts", { with: { type: "text" } })] as const,
  ["./worker.ts", import("./worker.ts", { with: { type: "text" } })] as const,
];

/** An address in memory. */
export interface WorkerModule {
  readonly url: string;
  /** Frees it: when the worker has started. */
  release(): void;
}

/**
 * Makes the address of the worker's module.
 *
 * A worker that is started from a file needs the permission to read that file, which a gateway otherwise needs for nothing. The texts of the
 * modules are part of the program; from them the same modules are made in memory, where they import each other by their addresses there.
 */
export async function workerModule(): Promise<WorkerModule> {
  // Loaded only when a file is opened: not every platform that can run a gateway has it.
  const { stripTypeScriptTypes } = await import("node:module");
  const urls = new Map<string, string>();
  let url = "";
  for (const [name, loading] of modules()) {
    const { default: text } = await loading;
    // TypeScript would be checked once more, in each worker, where the program is run with `--check`.
    const linked = stripTypeScriptTypes(text).replace(/(?<=\bfrom )"(\.\/\w+\.ts)"/g, (quoted, other) => {
      const known = urls.get(other);
      return known === undefined ? quoted : JSON.stringify(known);
    });
    url = URL.createObjectURL(new Blob([linked], { type: "text/javascript" }));
    urls.set(name, url);
  }
  return { url, release: () => urls.forEach((made) => URL.revokeObjectURL(made)) };
}
