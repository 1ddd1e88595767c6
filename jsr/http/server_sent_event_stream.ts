// @ts-types="./server_sent_event_stream.d.ts"
export { ServerSentEventStream } from "deno-std/http/server_sent_event_stream.js";
export type { ServerSentEventMessage } from "./server_sent_event_stream.d.ts";
