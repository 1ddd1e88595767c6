import type { Codec } from "../../domain/ports/codec.ts";

/**
 * The codec of the first offered subprotocol that is known; the first codec where none is offered; `undefined` where
 * only unknown ones are.
 */
export function chooseCodec(codecs: readonly Codec[], offers: readonly string[]): Codec | undefined {
  if (offers.length === 0) return codecs[0];
  for (const offer of offers) {
    const codec = codecs.find((codec) => codec.subprotocol === offer);
    if (codec) return codec;
  }
  return undefined;
}
