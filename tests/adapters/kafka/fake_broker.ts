/** A broker that says what a test wants, for what a real one only says when it is configured so. */
import { WireReader } from "../../../adapters/kafka/wire/reader.ts";
import { WireWriter } from "../../../adapters/kafka/wire/writer.ts";

/** Writes the response's body. */
export type Answer = (to: WireWriter, request: WireReader) => void;

/** A listening fake. */
export interface FakeBroker extends AsyncDisposable {
  readonly address: string;
  /** Kafka's numbers of the requests that came, in order. */
  readonly asked: number[];
}

/** What the fake speaks: by Kafka's number of the request, its only version and the answer. */
export type Speech = Readonly<Record<number, { readonly version: number; readonly answer: Answer }>>;

const API_VERSIONS = 18;

/** Listens on a free port of 127.0.0.1. */
export function fakeBroker(speech: Speech): FakeBroker {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: number[] = [];
  const serving = new Set<Promise<void>>();
  const open = new Set<Deno.Conn>();
  const all: Speech = { ...speech, [API_VERSIONS]: { version: 2, answer: versions(speech) } };
  const accepting = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      const served = serve(connection, (key, request) => {
        asked.push(key);
        const to = new WireWriter(false);
        all[key]!.answer(to, request);
        return to.bytes();
      }).finally(() => open.delete(connection));
      serving.add(served);
    }
  })();
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    asked,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) connection.close();
      await Promise.all([accepting, ...serving]);
    },
  };
}

function versions(speech: Speech): Answer {
  return (to) => {
    const known = [[API_VERSIONS, 2], ...Object.entries(speech).map(([key, { version }]) => [Number(key), version])];
    to.int16(0).array(known, ([key, version]) => to.int16(key!).int16(version!).int16(version!)).int32(0);
  };
}

async function serve(connection: Deno.Conn, answer: (key: number, request: WireReader) => Uint8Array): Promise<void> {
  try {
    for (let size; (size = await read(connection, 4));) {
      const request = new WireReader(await read(connection, new WireReader(size).int32()) ?? new Uint8Array());
      const key = request.int16();
      request.int16();
      const correlation = request.int32();
      request.nullableString();
      const body = answer(key, request);
      const frame = new Uint8Array(8 + body.length);
      new DataView(frame.buffer).setInt32(0, 4 + body.length);
      new DataView(frame.buffer).setInt32(4, correlation);
      frame.set(body, 8);
      await connection.write(frame);
    }
  } catch {
    // The client went away, or the fake was disposed of.
  }
  try {
    connection.close();
  } catch {
    // It was closed already.
  }
}

async function read(connection: Deno.Conn, size: number): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) return undefined;
    at += count;
  }
  return bytes;
}
