/** Whether a broker serves clients, asked with a plain Metadata request: no client library, no timers left behind. */

const METADATA = 3;

/**
 * Resolves when the broker answers that it knows this many brokers.
 *
 * @throws {Error} the reason of `signal`, or after `deadlineMs`
 */
export async function untilReady(
  address: string,
  options: { readonly brokers: number; readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = Date.now() + options.deadlineMs;
  for (let last = "no answer";;) {
    options.signal.throwIfAborted();
    const count = await brokersKnownTo(address).catch((error: Error) => {
      last = error.message;
      return 0;
    });
    if (count >= options.brokers) return;
    if (count > 0) last = `it knows ${count} of ${options.brokers} brokers`;
    if (Date.now() > deadline) {
      throw new Error(`Broker ${address} was not ready in ${options.deadlineMs} ms: ${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How many brokers the cluster has, as one of them knows it. */
async function brokersKnownTo(address: string): Promise<number> {
  const [hostname, port] = address.split(":") as [string, string];
  using connection = await Deno.connect({ hostname, port: Number(port) });
  // A paused broker accepts and says nothing.
  const timer = setTimeout(() => connection.close(), 2000);
  try {
    await connection.write(metadataRequest());
    const answer = await readFrame(connection);
    // correlation id, throttle time, then the array of brokers
    return answer.getInt32(8);
  } finally {
    clearTimeout(timer);
  }
}

/** Version 4, for no topics. */
function metadataRequest(): Uint8Array<ArrayBuffer> {
  const client = new TextEncoder().encode("ready");
  const view = new DataView(new ArrayBuffer(4 + 10 + client.length + 5));
  view.setInt32(0, view.byteLength - 4);
  view.setInt16(4, METADATA);
  view.setInt16(6, 4);
  view.setInt32(8, 1);
  view.setInt16(12, client.length);
  new Uint8Array(view.buffer).set(client, 14);
  return new Uint8Array(view.buffer);
}

async function readFrame(connection: Deno.TcpConn): Promise<DataView> {
  const bytes = new Uint8Array(4096);
  let length = 0;
  while (length < 4 || length < 4 + new DataView(bytes.buffer).getInt32(0)) {
    const count = await connection.read(bytes.subarray(length));
    if (!count) throw new Error(`Broker closed the connection after ${length} bytes`);
    length += count;
  }
  return new DataView(bytes.buffer, 4, length - 4);
}
