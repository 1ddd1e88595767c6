/**
 * The codecs: frames to bytes and back.
 *
 * @module
 */
export { capnpCodec } from "./capnp/capnp_codec.ts";
export { capnpEnvelopes } from "./capnp/capnp_envelopes.ts";
export { jsonCodec } from "./json/json_codec.ts";
