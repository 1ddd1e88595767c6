/**
 * WebSocket connections as an observable: npm `ws` on `node:http`, or `Deno.upgradeWebSocket` for servers of the fetch API.
 *
 * @module
 */
export type { PlainFetch } from "./http_server.ts";
export { type NativeTransport, type NativeTransportOptions, openNativeTransport } from "./open_native_transport.ts";
export { openWsTransport, type WsTransport } from "./open_ws_transport.ts";
export { DEFAULT_WS_LIMITS, type WsLimits, type WsTransportOptions } from "./ws_options.ts";
export { type WebSocketClient } from "./web_socket_client.ts";
export { webSocketServer, type WebSocketServerOptions } from "./web_socket_server.ts";
export type { ConnectionStats, TransportStats } from "../transport/transport_stats.ts";
