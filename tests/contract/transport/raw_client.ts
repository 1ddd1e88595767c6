/** A WebSocket client that can misbehave: it reads only when told to, and writes any bytes. */

/** A frame as it came. */
export interface RawFrame {
  /** 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Where a server listens. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The head of a proper upgrade request. */
export function upgradeHead(options: { path?: string; headers?: Readonly<Record<string, string>> } = {}): string {
  const headers = {
    host: "localhost",
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...options.headers,
  };
  const lines = Object.entries(headers).filter(([, value]) => value !== "").map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return `GET ${options.path ?? "/ws"} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Sends bytes, and gives everything that comes until the server ends the connection. */
export async function exchange(address: Address, text: string): Promise<string> {
  using conn = await Deno.connect({ hostname: address.hostname, port: address.port });
  if (text !== "") await conn.write(encoder.encode(text));
  let answer = "";
  const buffer = new Uint8Array(16 * 1024);
  while (true) {
    const count = await conn.read(buffer);
    if (count === null) return answer;
    answer += decoder.decode(buffer.subarray(0, count));
  }
}

/** Sends a request, and gives the one answer to it, head and body, whether or not the server ends the connection then. */
export async function ask(address: Address, head: string): Promise<string> {
  using conn = await Deno.connect({ hostname: address.hostname, port: address.port });
  await conn.write(encoder.encode(head));
  let answer = "";
  const buffer = new Uint8Array(16 * 1024);
  while (!isWhole(answer)) {
    const count = await conn.read(buffer);
    if (count === null) return answer;
    answer += decoder.decode(buffer.subarray(0, count));
  }
  return answer;
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(answer.slice(0, end + 2))?.[1];
  return length !== undefined && encoder.encode(answer.slice(end + 4)).length >= Number(length);
}

/** A text message of up to 125 bytes as it is written: one final frame, with a mask of zeros. */
export function shortText(text: string): number[] {
  const bytes = encoder.encode(text);
  return [0x81, 0x80 | bytes.length, 0, 0, 0, 0, ...bytes];
}

/** A connection that was upgraded. */
export class RawClient {
  /** The head of the answer to the upgrade. */
  head = "";
  readonly #conn: Deno.TcpConn;
  #bytes = new Uint8Array();
  #closed = false;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects and reads the answer to the upgrade, which must be 101. `early` bytes are written behind the request. */
  static async open(
    address: Address,
    options: { path?: string; headers?: Record<string, string>; early?: Uint8Array } = {},
  ): Promise<RawClient> {
    const client = new RawClient(await Deno.connect({ hostname: address.hostname, port: address.port }));
    try {
      await client.#upgrade(new Uint8Array([...encoder.encode(upgradeHead(options)), ...options.early ?? []]));
      return client;
    } catch (error) {
      client[Symbol.dispose]();
      throw error;
    }
  }

  /** Writes bytes as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** Writes a final frame; masked, with a mask of zeros, unless told otherwise. */
  async send(opcode: number, payload: Uint8Array | string, options: { masked?: boolean } = {}): Promise<void> {
    const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
    const mask = options.masked === false ? 0 : 0x80;
    const length = bytes.length < 126
      ? [mask | bytes.length]
      : bytes.length < 65536
      ? [mask | 126, bytes.length >> 8, bytes.length & 255]
      : [mask | 127, 0, 0, 0, 0, ...new Uint8Array(new Uint32Array([bytes.length]).buffer).reverse()];
    const head = [0x80 | opcode, ...length, ...(mask ? [0, 0, 0, 0] : [])];
    const frame = new Uint8Array(head.length + bytes.length);
    frame.set(head);
    frame.set(bytes, head.length);
    await this.write(frame);
  }

  /** The next frame; `undefined` when the server has ended the connection, politely or not. */
  async read(): Promise<RawFrame | undefined> {
    while (true) {
      const frame = this.#take();
      if (frame) return frame;
      if (!await this.#fill()) return undefined;
    }
  }

  /** Reads to the close frame, and gives its code and reason; `undefined` where there was none. */
  async readClose(): Promise<{ code: number; reason: string } | undefined> {
    while (true) {
      const frame = await this.read();
      if (frame === undefined) return undefined;
      if (frame.opcode !== 8) continue;
      const { payload } = frame;
      return { code: payload[0]! << 8 | payload[1]!, reason: decoder.decode(payload.subarray(2)) };
    }
  }

  /** Vanishes: without a close frame, and where the system has unread bytes, with a reset. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  async #upgrade(request: Uint8Array): Promise<void> {
    await this.write(request);
    while (true) {
      const head = decoder.decode(this.#bytes);
      const end = head.indexOf("\r\n\r\n");
      if (end >= 0) {
        if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`Cannot open a WebSocket: ${head}`);
        this.head = head.slice(0, end);
        this.#bytes = this.#bytes.slice(end + 4);
        return;
      }
      if (!await this.#fill()) throw new Error(`Cannot open a WebSocket: the server closed after ${head}`);
    }
  }

  #take(): RawFrame | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const short = bytes[1]! & 0x7f;
    const start = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < start) return undefined;
    const length = short === 127 ? view.getUint32(6) : short === 126 ? view.getUint16(2) : short;
    if (bytes.length < start + length) return undefined;
    this.#bytes = bytes.subarray(start + length);
    return { opcode: bytes[0]! & 15, payload: bytes.slice(start, start + length) };
  }

  async #fill(): Promise<boolean> {
    const buffer = new Uint8Array(256 * 1024);
    const count = await this.#conn.read(buffer).catch((error) => {
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    });
    if (count === null) return false;
    const grown = new Uint8Array(this.#bytes.length + count);
    grown.set(this.#bytes);
    grown.set(buffer.subarray(0, count), this.#bytes.length);
    this.#bytes = grown;
    return true;
  }
}
