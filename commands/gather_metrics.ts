/** Everything that is measured, as metrics. */
import { type ConsoleTelemetry, Histogram, type LoopDelay, type Metric, single } from "../adapters/telemetry/mod.ts";
import type { TransportStats } from "../adapters/websocket/mod.ts";
import type { Gateway } from "../domain/gateway.ts";
import { type Counter, COUNTERS, type Timing, TIMINGS } from "../domain/ports/telemetry.ts";

/** What is measured. */
export interface Measured {
  readonly telemetry: Pick<ConsoleTelemetry, "counters" | "timings">;
  readonly gateway: Pick<Gateway, "stats" | "readiness">;
  readonly transport: { stats(): TransportStats };
  readonly loop: LoopDelay;
  /** Bytes: of the process, of objects, and outside of them. */
  readonly memory: () => { readonly rss: number; readonly heapUsed: number; readonly external: number };
  readonly node: string;
  readonly version: string;
}

/** The metrics of now. Every counter is among them from the start, so that a rate can be told from its first count. */
export function gatherMetrics(measured: Measured): readonly Metric[] {
  const { telemetry, gateway, transport, loop, memory, node, version } = measured;
  const { sessions, users, subscriptions, channels, presence, logAvailable, lag } = gateway.stats();
  const { connections, queuedBytes } = transport.stats();
  const { rss, heapUsed, external } = memory();
  const gauge = (name: string, help: string, value: number) =>
    single("gauge", { name: `tidegate_${name}`, help }, value);
  return [
    {
      type: "gauge",
      name: "tidegate_info",
      help: "Which node this is, and of which version; always 1",
      samples: [{ labels: { node, version }, value: 1 }],
    },
    gauge("ready", "Whether this node wants traffic: 1 or 0", Number(gateway.readiness().ready)),
    gauge("log_available", "Whether the log can be reached: 1 or 0", Number(logAvailable)),
    {
      type: "gauge",
      name: "tidegate_tail_lag_records",
      help: "Offsets that the log had when it was last read, that this node had not taken",
      samples: Object.entries(lag).map(([topic, value]) => ({ labels: { topic }, value })),
    },
    gauge("connections", "WebSockets that are open", connections),
    gauge("sessions", "WebSockets whose user is known", sessions),
    gauge("users", "Users with a WebSocket on this node", users),
    gauge("subscriptions", "Subscriptions of this node's connections", subscriptions),
    gauge("channels", "Channels with a subscriber on this node", channels),
    gauge("presence_members", "Users present on channels that share it, on all nodes", presence.members),
    gauge("presence_nodes", "Nodes that share who is present, this one among them", presence.nodes),
    gauge("queued_bytes", "Bytes that wait for clients to read them", queuedBytes),
    gauge("resident_memory_bytes", "Memory of the process", rss),
    gauge("heap_used_bytes", "Memory of objects", heapUsed),
    gauge("external_memory_bytes", "Memory of buffers", external),
    ...(Object.keys(COUNTERS) as Counter[]).map((counter) => {
      const named = { name: `tidegate_${counter}_total`, help: COUNTERS[counter] };
      return single("counter", named, telemetry.counters().get(counter) ?? 0);
    }),
    ...(Object.keys(TIMINGS) as Timing[]).map((timing): Metric => ({
      type: "histogram",
      name: `tidegate_${timing}_seconds`,
      help: TIMINGS[timing],
      histogram: telemetry.timings().get(timing) ?? new Histogram(),
    })),
    {
      type: "histogram",
      name: "tidegate_event_loop_delay_seconds",
      help: "How late the event loop does what is due, looked at fifty times a second",
      histogram: loop.histogram,
    },
  ];
}
