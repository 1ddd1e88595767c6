import { asyncScheduler } from "rxjs";
import { memoryLog } from "../../../adapters/log/mod.ts";
import { logContract } from "../../contract/log_contract.ts";

logContract("memory log", (topics) => {
  const log = memoryLog({ topics, clock: { scheduler: asyncScheduler } });
  return Promise.resolve({
    log,
    trim: (place, low) => Promise.resolve(log.trim(place, low)),
    close: () => log.close(),
  });
});
