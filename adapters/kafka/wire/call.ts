/** Requests to a broker that kafkajs does not know, or not in a version that tells enough. */
import { WireReader } from "./reader.ts";
import { WireWriter } from "./writer.ts";

/** A kind of request, and the versions of it that this gateway speaks. */
export interface Api {
  /** Kafka's number of it. */
  readonly key: number;
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
  /** The first Kafka that speaks `lowest`. Default: 2.3. */
  readonly since?: string;
  /** The first version whose strings and arrays are compact. */
  readonly flexibleFrom: number;
}

/** A request and the reading of its response, in one version. */
export interface Call<T> {
  readonly api: Api;
  readonly version: number;
  /** The request after its header. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Reads the response after its correlation id. Throws {@linkcode WireError} on bytes that are none. */
  read(payload: Uint8Array): T;
}

/**
 * Makes a call of what its version writes and reads.
 *
 * The header of a flexible request and of its response ends with tagged fields, here none: kafkajs writes and reads
 * headers without them, so they are the first byte of the body.
 */
export function call<T>(
  { api, version }: { readonly api: Api; readonly version: number },
  codec: { readonly write: (to: WireWriter) => void; readonly read: (from: WireReader) => T },
): Call<T> {
  const flexible = version >= api.flexibleFrom;
  const writer = new WireWriter(flexible).end();
  codec.write(writer);
  return {
    api,
    version,
    body: writer.bytes(),
    read(payload) {
      const reader = new WireReader(payload, flexible);
      reader.end();
      return codec.read(reader);
    },
  };
}
