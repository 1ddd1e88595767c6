import type { Envelope } from "../../domain/ports/envelope.ts";
import { capnpEnvelopes } from "./capnp_envelopes.ts";

/**
 * Envelopes as a `Serde` of `@tidegate/tidegate/streams`, for jobs that read or write topics of routes with `value = "capnp"`. What it reads
 * passes the validator that stands before everything in Cap'n Proto.
 *
 * `deserialize` throws a `TypeError` where the bytes hold no envelope: as a step of a pipeline that makes a dead letter of them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, of, toArray } from "rxjs";
 * import { capnpEnvelopeSerde } from "@tidegate/tidegate/schema";
 * import { deserialize } from "@tidegate/tidegate/streams";
 *
 * const hello = capnpEnvelopeSerde.serialize({ payload: { kind: "text", text: "hello" }, sender: "ann" });
 * const read$ = of(hello, Uint8Array.of(1, 2, 3)).pipe(
 *   deserialize(capnpEnvelopeSerde),
 *   map((attempt) => attempt.ok ? attempt.value.sender : `${attempt.item.length} bytes`),
 *   toArray(),
 * );
 * assertEquals(await lastValueFrom(read$), ["ann", "3 bytes"]);
 * ```
 */
export const capnpEnvelopeSerde: {
  /** The bytes of an envelope. */
  serialize(envelope: Envelope): Uint8Array;
  /** The envelope of bytes; throws where they hold none. */
  deserialize(bytes: Uint8Array): Envelope;
} = {
  serialize: (envelope) => capnpEnvelopes.write(envelope),
  deserialize(bytes) {
    const envelope = capnpEnvelopes.read(bytes);
    if (envelope === undefined) {
      throw new TypeError(
        `Cannot read ${bytes.length} bytes as an envelope: expected one message of schema/gateway.capnp`,
      );
    }
    return envelope;
  },
};
