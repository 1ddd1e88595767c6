/**
 * The codecs: frames to bytes and back.
 *
 * @module
 */
export { jsonCodec } from "./json/json_codec.ts";
