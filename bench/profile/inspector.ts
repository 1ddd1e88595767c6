/** The inspector of a process that was started with `--inspect`, by the Chrome DevTools Protocol. */

/** A session with it. */
export interface Inspector {
  /** Calls a method, and resolves with its result. */
  call(method: string, params?: object): Promise<unknown>;
  /** What came in pieces, by events of a name, joined. */
  pieces(event: string): string;
  close(): void;
}

/** Connects to the inspector at a port of this machine. Rejects where there is none. */
export async function inspector(port: number): Promise<Inspector> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = await response.json() as { readonly webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target!.webSocketDebuggerUrl);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`Cannot reach the inspector at port ${port}: is it another's?`));
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const pieces = new Map<string, string[]>();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const { id, method, result, error, params } = JSON.parse(data);
    if (method !== undefined && typeof params?.chunk === "string") {
      const known = pieces.get(method);
      if (known) known.push(params.chunk);
      else pieces.set(method, [params.chunk]);
    }
    if (error) waiting.get(id)?.reject(new Error(`Cannot call the inspector: ${error.message}`));
    else waiting.get(id)?.resolve(result);
  };
  return {
    call(method, params = {}) {
      const id = ++last;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      socket.send(JSON.stringify({ id, method, params }));
      return answer.promise;
    },
    pieces: (event) => (pieces.get(event) ?? []).join(""),
    close: () => socket.close(),
  };
}
