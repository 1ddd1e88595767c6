/** Stopping a process that serves with several workers. */
import { type Stop, STOP_EXIT_CODES, stopSignals } from "../adapters/process/stop_signals.ts";

/** What the workers of a process tell each other while it stops. */
interface Word {
  readonly worker: string;
  readonly drained: boolean;
}

/** All workers get the signal: within this time they have said so. */
const HEAR_MS = 200;

/**
 * Drains this worker at the first SIGTERM or SIGINT, and ends the process with 0 when the other workers that were told have drained as
 * well. A second signal ends it at once.
 *
 * @param drain resolves when this worker has drained, in bounded time
 */
export function stopWith(drain: (stop: Stop) => Promise<void>): void {
  const signals = stopSignals();
  signals.second.then((stop) => Deno.exit(STOP_EXIT_CODES[stop]));
  signals.first.then(async (stop) => {
    const others = otherWorkers();
    await Promise.all([drain(stop), others.heard]);
    await others.drained();
    Deno.exit(0);
  });
}

/** Where workers cannot talk to each other, in Deno before 2.6 and on a platform with one of them, there is none to wait for. */
function otherWorkers(): { readonly heard: Promise<void>; drained(): Promise<void> } {
  if (typeof BroadcastChannel === "undefined") return { heard: Promise.resolve(), drained: () => Promise.resolve() };
  const channel = new BroadcastChannel("tidegate-stop");
  const worker = crypto.randomUUID();
  const draining = new Set<string>();
  let settled = () => {};
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if (data.drained) draining.delete(data.worker);
    else draining.add(data.worker);
    if (draining.size === 0) settled();
  };
  const say = (word: Omit<Word, "worker">) => channel.postMessage({ worker, ...word } satisfies Word);
  say({ drained: false });
  return {
    heard: delay(HEAR_MS),
    async drained() {
      say({ drained: true });
      if (draining.size > 0) await new Promise<void>((resolve) => settled = resolve);
    },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
