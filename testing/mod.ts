/**
 * What pipelines are tested with: a whole gateway in virtual time, marbles, a log and a transport in memory, and a clock that the
 * test moves. Nothing here needs a permission, and nothing waits.
 *
 * @module
 */
export { type MemoryLog, memoryLog, type MemoryLogOptions } from "../adapters/log/memory_log.ts";
export type { Retention } from "../adapters/log/retention.ts";
export { type MarbleKit, marbles, type Picture, runMarbles, type Watched } from "./marbles.ts";
export { MemoryTransport, type MemoryTransportOptions } from "./memory_transport.ts";
export { payloadValue } from "./payload_value.ts";
export { recordsOf } from "./records_of.ts";
export { type Note, RecordingTelemetry } from "./recording_telemetry.ts";
export { riggedLog } from "./rigged_log.ts";
export { seededRandom } from "./seeded_random.ts";
export { type PublishOptions, type RequestFrame, TestClient, type TestClientOptions } from "./test_client.ts";
export { frameOf, messageOf, testCodec } from "./test_codec.ts";
export { testRecord, type TestRecordFields } from "./test_record.ts";
export { trackDeliveries, type TrackedDeliveries } from "./track_deliveries.ts";
export { DEFAULT_ROUTES, TestGateway, testGateway, type TestGatewayOptions } from "./test_gateway.ts";
export { VirtualClock, type VirtualClockOptions } from "./virtual_clock.ts";
export { RealTimeUsed } from "./real_time_guard.ts";
export { virtualOnly } from "./virtual_only.ts";
