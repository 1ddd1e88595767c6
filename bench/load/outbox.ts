/** What waits to be written to a connection: in order, and what has come meanwhile in one go. */
import { writeAll } from "./handshake.ts";

/**
 * Writes frames one after another.
 *
 * @param failed told once, where the connection takes no more
 * @returns a function that takes a frame and does not wait
 */
export function outbox(connection: Deno.TcpConn, failed: (error: unknown) => void): (frame: Uint8Array) => void {
  let waiting: Uint8Array[] = [];
  let writing = false;
  const write = async (): Promise<void> => {
    writing = true;
    try {
      while (waiting.length > 0) {
        const frames = waiting;
        waiting = [];
        await writeAll(connection, frames.length === 1 ? frames[0]! : joined(frames));
      }
      writing = false;
    } catch (error) {
      // It stays as it is: nothing more is written.
      failed(error);
    }
  };
  return (frame) => {
    waiting.push(frame);
    if (!writing) void write();
  };
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}
