/** A gateway for servers of the fetch API: `deno serve main.ts`, and Deno Deploy. */
import { isLoopbackHost } from "../adapters/auth/mod.ts";
import type { Configuration } from "../adapters/config/mod.ts";
import { refuse } from "../adapters/http/answer.ts";
import { guardHost } from "../adapters/http/guard_host.ts";
import type { Fetch } from "../adapters/http/peer.ts";
import { publicFetch } from "../adapters/http/public_fetch.ts";
import { Engine, EngineFailure } from "./engine.ts";
import { hostsOf } from "./front_parts.ts";
import { errorText, printError, processTelemetry, systemRandom as random } from "./process.ts";
import { refuseRemote, remoteRule } from "./refuse_remote.ts";
import { gatewaySettings } from "./settings.ts";
import { stopWith } from "./stop_workers.ts";

/** What a fetch server is made of. */
export interface FetchServerOptions {
  /** Reads the configuration; asked once. */
  readonly configuration: () => Promise<Configuration>;
  readonly version: string;
  /** How long Kafka is kept after the last client has gone, in milliseconds. Default 30,000. */
  readonly idleMs?: number;
}

/** What a server of the fetch API calls. Nothing is read or opened before one of these is called. */
export interface FetchServer {
  /** Answers a request; never rejects. */
  readonly fetch: Fetch;
  /** Says where it listens, or what is wrong with the configuration. */
  listening(address: { readonly hostname: string; readonly port: number }): Promise<void>;
  /** Says that this is a further worker of the process: it ends it where the log cannot be shared. */
  further(): Promise<void>;
}

/** What a worker serves with once its configuration is read. */
interface Worker {
  readonly configuration: Configuration;
  readonly node: string;
  readonly engine: Engine;
  readonly fetch: Fetch;
}

/**
 * Kafka is let go when nobody was connected for this time, in milliseconds: a page that is loaded again, or a network that is changed,
 * is back sooner, and opening the log anew costs a connection and the reading of one de-duplication window.
 */
const IDLE_MS = 30_000;

/** How soon a client should try again where the configuration is wrong: nothing changes before it is mended and started anew. */
const WRONG_RETRY_SECONDS = 30;
const RETRY_SECONDS = 5;

/**
 * A gateway that begins with the first request, and uses the log only while somebody is connected. From the call on it stops the process
 * at SIGTERM and SIGINT, in order.
 */
export function fetchServer(options: FetchServerOptions): FetchServer {
  let worker: Promise<Worker> | undefined;

  async function begin(): Promise<Worker> {
    const configuration = await options.configuration();
    const telemetry = processTelemetry(configuration.telemetry);
    // Workers of one process share the configuration, and nodes are named apart.
    const suffix = random.uuid().slice(0, 8);
    const settings = gatewaySettings(configuration, configuration.name);
    const own = { ...settings, node: `${settings.node}-${suffix}` };
    const pages = publicFetch({
      name: own.node,
      version: options.version,
      ready: () => engine.readiness(),
    });
    // An embedded log costs nobody else anything, and one in memory would forget what it holds.
    const idle = configuration.kafka ? { idleMs: options.idleMs ?? IDLE_MS } : {};
    const engine = new Engine({ configuration, settings: own, pages, telemetry, ...idle });
    const answer: Fetch = (request, peer) => needsLog(request) ? engine.fetch(request, peer) : pages(request);
    const hosted = guardHost(answer, { isHostAllowed: hostsOf(configuration), telemetry });
    return { configuration, node: own.node, engine, fetch: refuseRemote(hosted, { configuration, telemetry }) };
  }

  stopWith(async (stop) => {
    const begun = await worker?.catch(() => undefined);
    if (!begun) return;
    const { engine, configuration: { limits, telemetry } } = begun;
    const withinMs = 1000 * (stop === "terminate" ? limits.drainSeconds : limits.drainInterruptSeconds);
    const log = processTelemetry(telemetry);
    log.note("info", "Draining", { seconds: withinMs / 1000 });
    const drained = engine.drain(withinMs).then(() => true);
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, withinMs, false));
    if (await Promise.race([drained, late])) log.note("info", "Stopped");
    else log.note("warn", "Stopped before every connection was closed");
  });

  function begun(): Promise<Worker> {
    if (!worker) {
      worker = begin();
      // Said once; every request is answered with less.
      worker.catch((error: unknown) => printError(errorText(error)));
    }
    return worker;
  }

  return {
    async fetch(request, peer) {
      try {
        return await (await begun()).fetch(request, peer);
      } catch (error) {
        const message = error instanceof EngineFailure
          ? "Cannot serve now: the log of this gateway is away, and its own log lines say why"
          : "Cannot serve: this gateway could not start, and its own log lines say why";
        const seconds = error instanceof EngineFailure ? RETRY_SECONDS : WRONG_RETRY_SECONDS;
        return refuse(request, 503, {
          message,
          headers: { "retry-after": String(seconds) },
        });
      }
    },
    async listening({ hostname, port }) {
      const { configuration, node } = await begun();
      const telemetry = processTelemetry(configuration.telemetry);
      const rule = isLoopbackHost(hostname) ? undefined : remoteRule(configuration);
      if (rule) {
        telemetry.note("warn", `Clients of other machines will be answered 403: ${rule.wayOut}`, { hostname });
      }
      telemetry.note("info", "Listening", {
        url: `ws://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}/ws`,
        log: configuration.log.kind,
        auth: configuration.auth.mode,
        node,
        version: options.version,
      });
    },
    async further() {
      const { configuration: { log } } = await begun();
      if (log.kind === "kafka") return;
      printError(
        `Cannot serve a log of kind ${log.kind} with several workers (--parallel), as each would have its own: ` +
          "leave --parallel out, or use Kafka (kafka.brokers), which workers and machines share",
      );
      Deno.exit(1);
    },
  };
}

/** Pages are answered without the log, so that probes and visitors do not open it. */
function needsLog(request: Request): boolean {
  if (request.headers.get("upgrade")?.toLowerCase() === "websocket") return true;
  const { pathname } = new URL(request.url);
  return !PAGES.has(pathname);
}

const PAGES: ReadonlySet<string> = new Set(["/", "/ws", "/healthz", "/readyz"]);
