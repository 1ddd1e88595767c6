/**
 * Keeps `deno serve` from ending every connection at SIGTERM and SIGINT, which it does by itself since Deno 2.8: what is in flight would
 * stay without an answer, and clients would be closed with 1001. Who calls this has to stop the process at these signals.
 *
 * Deno adds its listeners right after it has read the `fetch` of the main module, by the function that everyone has: this stands in for
 * it until then. Where that is no longer so, connections end at once, as clients have to expect of any network.
 */
export function ownSignals(): void {
  const add = Deno.addSignalListener;
  try {
    Deno.addSignalListener = (signal, listener) => {
      if (signal !== "SIGTERM" && signal !== "SIGINT") add(signal, listener);
    };
    queueMicrotask(() => Deno.addSignalListener = add);
  } catch {
    // It cannot be stood in for.
  }
}
