/**
 * The codecs: frames and envelopes to bytes and back.
 *
 * @module
 */
export { capnpCodec } from "./capnp/capnp_codec.ts";
export { capnpEnvelopeSerde } from "./capnp/capnp_envelope_serde.ts";
export { capnpEnvelopes } from "./capnp/capnp_envelopes.ts";
export { jsonCodec } from "./json/json_codec.ts";
