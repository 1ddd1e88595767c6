/** The opening of a WebSocket over a TCP connection. */

const HEAD_LIMIT = 16 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the opening asks for. */
export interface Opening {
  /** Its path and query. */
  readonly path: string;
  readonly subprotocol?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Opens a WebSocket.
 *
 * @returns what came behind the answer
 * @throws {Error} with the server's answer where it refuses
 */
export async function openWebSocket(connection: Deno.TcpConn, opening: Opening): Promise<Uint8Array> {
  await writeAll(connection, encoder.encode(requestHead(connection, opening)));
  const bytes = new Uint8Array(HEAD_LIMIT);
  for (let length = 0; length < bytes.length;) {
    const read = await connection.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
    const text = decoder.decode(bytes.subarray(0, length));
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) continue;
    if (!text.startsWith("HTTP/1.1 101")) throw new Error(`Cannot open a WebSocket: ${text.replace(/\s+/g, " ")}`);
    return bytes.slice(end + 4, length);
  }
  throw new Error("Cannot open a WebSocket: the server answered with no whole head");
}

function requestHead(connection: Deno.TcpConn, { path, subprotocol, headers = {} }: Opening): string {
  const { hostname, port } = connection.remoteAddr;
  const lines = {
    Host: `${hostname}:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": crypto.getRandomValues(new Uint8Array(16)).toBase64(),
    ...subprotocol === undefined ? {} : { "Sec-WebSocket-Protocol": subprotocol },
    ...headers,
  };
  const text = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `GET ${path} HTTP/1.1\r\n${text}\r\n`;
}

/** Writes all of it. */
export async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
