import { DISCONNECTS } from "../domain/disconnect.ts";

/** Whether a client connects again after a close code: not where the gateway's table says that it is of no use. */
export function isWorthRetry(code: number): boolean {
  const row = Object.values(DISCONNECTS).find((known) => known.code === code);
  if (row) return row.retry !== "none";
  return code < 4500 || code > 4999;
}

/** How long to wait before try number `failures`, 1 or more, in milliseconds: a random part of a limit that doubles ("full jitter"). */
export function retryWait(failures: number, options: { minMs: number; maxMs: number; random: () => number }): number {
  const { minMs, maxMs, random } = options;
  return Math.round(random() * Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30)));
}
