/** The contract of the `Log` port, for every implementation of it. */
import { appendContract } from "./log/append_contract.ts";
import { closeContract } from "./log/close_contract.ts";
import { expiryContract } from "./log/expiry_contract.ts";
import { modelContract } from "./log/model_contract.ts";
import { readContract } from "./log/read_contract.ts";
import type { LogContractOptions, OpenContractLog } from "./log/scenario.ts";
import { loadContract } from "./log/load_contract.ts";
import { tailContract } from "./log/tail_contract.ts";

export type { ContractLog, LogContractOptions, OpenContractLog } from "./log/scenario.ts";

/**
 * Registers a test for every sentence of `domain/ports/log.ts`, each on a log of its own.
 *
 * @example
 * ```ts ignore
 * logContract("memory log", (topics) => {
 *   const log = memoryLog({ topics, clock: { scheduler: asyncScheduler } });
 *   return Promise.resolve({ log, trim: (place, low) => Promise.resolve(log.trim(place, low)), close: () => log.close() });
 * });
 * ```
 *
 * @param name how the implementation is called in the names of the tests
 * @param open opens a log that has exactly these topics, by name with their partition counts, all of them empty
 */
export function logContract(name: string, open: OpenContractLog, options: LogContractOptions = {}): void {
  const suites = [
    appendContract,
    tailContract,
    readContract,
    expiryContract,
    closeContract,
    loadContract,
    modelContract,
  ];
  for (const suite of suites) suite(name, { open, options });
}
