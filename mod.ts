/**
 * Tidegate: a reactive gateway between WebSocket clients and a partitioned log.
 *
 * @module
 */
export * from "./domain/channel.ts";
export * from "./domain/channel_pattern.ts";
export { copyRecord, type CopyTo } from "./domain/copy_record.ts";
export * from "./domain/cursor.ts";
export * from "./domain/deny_list.ts";
export * from "./domain/disconnect.ts";
export * from "./domain/failure.ts";
export * from "./domain/frame.ts";
export { type Gateway, gateway, type GatewayOptions, type Readiness } from "./domain/gateway.ts";
export type { GatewayStats } from "./domain/gateway_stats.ts";
export type { Drain } from "./domain/run_session.ts";
export * from "./domain/grants.ts";
export { type Draft, type InboundFields, InboundPublish } from "./domain/inbound_publish.ts";
export * from "./domain/json_text.ts";
export * from "./domain/log_record.ts";
export { type Content, MessageView } from "./domain/message_view.ts";
export * from "./domain/out_record.ts";
export { type Each, each, type EachResult, type Outbound, type Over, over } from "./domain/outbound.ts";
export { OutboundPublication } from "./domain/outbound_publication.ts";
export * from "./domain/partitioner.ts";
export * from "./domain/permission.ts";
export { type Inbound, type Pipeline, type PipelineContext, reject, Rejected } from "./domain/pipeline.ts";
export * from "./domain/ports/authenticator.ts";
export * from "./domain/ports/clock.ts";
export * from "./domain/ports/codec.ts";
export * from "./domain/ports/envelope.ts";
export * from "./domain/ports/log.ts";
export * from "./domain/ports/telemetry.ts";
export * from "./domain/ports/transport.ts";
export { PRESENCE_TOPIC } from "./domain/presence_word.ts";
export * from "./domain/publication.ts";
export type { RateSettings } from "./domain/rate_limits.ts";
export * from "./domain/refuse_denied.ts";
export * from "./domain/route.ts";
export * from "./domain/route_table.ts";
export type { GatewayPorts } from "./domain/scene.ts";
export * from "./domain/settings.ts";
export type { ReadPlace } from "./domain/whole_topic.ts";
export * from "./streams/mod.ts";
