import { openSqliteLog } from "../../../adapters/log/mod.ts";
import { logContract } from "../../contract/log_contract.ts";
import { realClock as clock, silent } from "./kit.ts";

logContract("sqlite log", async (topics) => {
  const folder = await Deno.makeTempDir();
  const log = await openSqliteLog({ path: `${folder}/log.sqlite`, topics, clock, telemetry: silent });
  return {
    log,
    trim: (place, low) => log.trim(place, low),
    close: async () => {
      await log.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
});

logContract("sqlite log that keeps nothing in memory", async (topics) => {
  const folder = await Deno.makeTempDir();
  const options = { path: `${folder}/log.sqlite`, topics, clock, telemetry: silent, memoryBytes: 0 };
  const log = await openSqliteLog(options);
  return {
    log,
    trim: (place, low) => log.trim(place, low),
    close: async () => {
      await log.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
});
