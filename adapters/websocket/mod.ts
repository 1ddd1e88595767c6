/**
 * WebSocket connections as an observable: npm `ws` on `node:http`.
 *
 * @module
 */
export type { PlainFetch } from "./http_server.ts";
export { openWsTransport, type WsTransport } from "./open_ws_transport.ts";
export { DEFAULT_WS_LIMITS, type WsLimits, type WsTransportOptions } from "./ws_options.ts";
export { type WebSocketClient } from "./web_socket_client.ts";
export { webSocketServer, type WebSocketServerOptions } from "./web_socket_server.ts";
export type { ConnectionStats, TransportStats } from "../transport/transport_stats.ts";
