/**
 * Plain HTTP: what the gateway answers, and sources and sinks of a script.
 *
 * @module
 */
export { type AgainOptions, HttpRefused, Interrupted } from "./come_again.ts";
export { eventSource, type EventSourceOptions, type ServerEvent } from "./event_source.ts";
export { DEFAULT_HTTP_LIMITS, type HttpLimits, type HttpTransportOptions } from "./http_options.ts";
export { eventStream, type EventStreamOptions } from "./observable_events.ts";
export { type HttpTransport, openHttpTransport } from "./open_http_transport.ts";
export type { Fetch, Peer } from "./peer.ts";
export { type Posted, webhook, type WebhookOptions, type WebhookRequest } from "./webhook.ts";
