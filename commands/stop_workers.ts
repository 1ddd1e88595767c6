/** Stopping a process that serves with several workers. */
import { type Stop, STOP_EXIT_CODES, stopSignals } from "../adapters/process/stop_signals.ts";

/** What the workers of a process tell each other: that they are there, and that they have drained. */
interface Word {
  readonly worker: string;
  readonly state: "here" | "drained";
}

/** Others were told to stop at the same moment: so long after this worker has drained they are not waited for, in milliseconds. */
const LATE_MS = 10_000;

/**
 * Drains this worker at the first SIGTERM or SIGINT, and ends the process with 0 when the other workers have drained as well. A second signal ends it at once.
 *
 * @param drain resolves when this worker has drained, in bounded time
 */
export function stopWith(drain: (stop: Stop) => Promise<void>): void {
  const signals = stopSignals();
  const others = otherWorkers();
  signals.second.then((stop) => Deno.exit(STOP_EXIT_CODES[stop]));
  signals.first.then(async (stop) => {
    await drain(stop);
    await Promise.race([others.drained(), new Promise((resolve) => setTimeout(resolve, LATE_MS))]);
    Deno.exit(0);
  });
}

/** Where workers cannot talk to each other, in Deno before 2.6 and on a platform with one of them, there is none to wait for. */
function otherWorkers(): { drained(): Promise<void> } {
  if (typeof BroadcastChannel === "undefined") return { drained: () => Promise.resolve() };
  const channel = new BroadcastChannel("tidegate-stop");
  const worker = crypto.randomUUID();
  const serving = new Set<string>();
  let settled = () => {};
  const say = (state: Word["state"]) => channel.postMessage({ worker, state } satisfies Word);
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if (data.state === "drained") serving.delete(data.worker);
    else if (!serving.has(data.worker)) {
      serving.add(data.worker);
      // It is a later one, which has not heard of this one yet.
      say("here");
    }
    if (serving.size === 0) settled();
  };
  say("here");
  return {
    async drained() {
      say("drained");
      if (serving.size > 0) await new Promise<void>((resolve) => settled = resolve);
    },
  };
}
