/** What of a gateway costs the log something, run only while somebody is connected. */
import { openAuthenticator, originOptions } from "./open_authenticator.ts";
import { refuseDenied } from "../domain/refuse_denied.ts";
import type { Configuration } from "../adapters/config/mod.ts";
import type { Fetch } from "../adapters/http/peer.ts";
import type { MemoryWatch } from "../adapters/telemetry/mod.ts";
import { DenyList } from "../domain/deny_list.ts";
import type { Readiness } from "../domain/gateway.ts";
import type { Telemetry } from "../domain/ports/telemetry.ts";
import { routeTable } from "../domain/route_table.ts";
import type { GatewaySettings } from "../domain/settings.ts";
import { type NativeFront, openNativeFront } from "./open_native_front.ts";
import { openLog } from "./open_log.ts";
import { watchProcessMemory, withMemory } from "./process_memory.ts";
import { errorText, systemClock as clock, systemRandom as random } from "./process.ts";
import { runGateway, type RunningGateway } from "./run_gateway.ts";

/** What an engine is made of. */
export interface EngineOptions {
  readonly configuration: Configuration;
  readonly settings: GatewaySettings;
  /** Answers what is neither a WebSocket nor a message. */
  readonly pages: Fetch;
  readonly telemetry: Telemetry;
  /** The log is let go when nobody was connected for so long, in milliseconds. Absent: never. */
  readonly idleMs?: number;
}

/** The log cannot be had; the message is for the operator. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";
}

/** Everything that was opened. */
interface Running {
  readonly front: NativeFront;
  readonly gateway: RunningGateway;
  readonly memory: MemoryWatch;
  readonly close: () => Promise<void>;
  usedAt: number;
}

/** How long the first client waits for a log that may be missing a topic, before it is let in to wait for its answers. */
const PATIENCE_MS = 2_000;
/** How often it is looked whether the first client can be answered. */
const LOOK_MS = 10;
/** After a failure the log is left alone for so long. */
const RETRY_MS = 5_000;

/** Opens the log and a gateway on it when they are needed, and lets them go when nobody has needed them for a while. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #authenticator;
  #running: Promise<Running> | undefined;
  #current: Running | undefined;
  /** The end of the one before: an embedded log has to be closed before it is opened again. */
  #closing: Promise<void> = Promise.resolve();
  #failure: { readonly error: EngineFailure; readonly until: number } | undefined;
  #draining = false;
  #uses = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { configuration, telemetry } = options;
    // One for all runs: it may sign what clients come back with.
    this.#authenticator = openAuthenticator(configuration, { clock, random, telemetry });
  }

  /**
   * Answers a request that needs the log.
   *
   * @throws {EngineFailure} where the log cannot be had
   */
  async fetch(...[request, peer]: Parameters<Fetch>): Promise<Response> {
    this.#uses++;
    try {
      const { front } = await this.#run();
      return await front.fetch(request, peer);
    } finally {
      this.#uses--;
      if (this.#current) this.#current.usedAt = performance.now();
    }
  }

  /** Whether traffic should be sent here. An engine that nobody needs is ready: it starts for the first who comes. */
  readiness(): Readiness {
    if (this.#draining) return { ready: false, checks: { drain: "draining" } };
    if (this.#current) {
      const { gateway, memory } = this.#current;
      return withMemory(gateway.gateway.readiness(), memory.problem() === undefined ? "ok" : "no memory to spare");
    }
    if (this.#failure && performance.now() < this.#failure.until) return { ready: false, checks: { log: "away" } };
    return { ready: true, checks: { log: "not in use", drain: "ok" } };
  }

  /** Ends every connection gently, then everything else. Resolves when all is closed. */
  async drain(withinMs: number): Promise<void> {
    this.#draining = true;
    const running = await this.#running?.catch(() => undefined);
    if (running) {
      running.front.stopAccepting();
      running.gateway.drain({ withinMs });
      await running.gateway.ended.catch(() => {});
      this.#end(running);
    }
    await this.#closing;
  }

  #run(): Promise<Running> {
    if (this.#draining) return Promise.reject(new EngineFailure("this node is draining"));
    if (this.#failure && performance.now() < this.#failure.until) return Promise.reject(this.#failure.error);
    return this.#running ??= this.#open().catch((error: unknown) => {
      this.#fail(error);
      throw this.#failure?.error;
    });
  }

  async #open(): Promise<Running> {
    const { configuration, settings, pages, telemetry } = this.#options;
    await this.#closing;
    const starting = await openLog(configuration, { clock, random, telemetry });
    const denials = configuration.auth.denyList ? new DenyList() : undefined;
    const authenticator = denials ? refuseDenied(this.#authenticator, { denials, clock }) : this.#authenticator;
    const memory = watchProcessMemory(configuration.limits, telemetry);
    const outside = { clock, random, telemetry };
    const front = openNativeFront({
      configuration,
      authenticator,
      origins: originOptions(configuration),
      pages,
      full: () => memory.problem() === undefined ? undefined : "this node has no memory to spare",
      ...outside,
    });
    const routes = routeTable(configuration.routes);
    const gateway = runGateway({ starting, transport: front, authenticator, telemetry, routes, settings, denials });
    const running: Running = {
      front,
      gateway,
      memory,
      usedAt: performance.now(),
      async close() {
        memory.stop();
        await front.close();
        await starting.log.close();
      },
    };
    this.#current = running;
    const { idleMs } = this.#options;
    if (idleMs !== undefined) this.#timer = setInterval(() => this.#look(running, idleMs), idleMs / 4);
    const broken = Promise.all([
      gateway.started,
      gateway.ended.then(() => {
        if (!this.#draining) throw new Error("the log has ended");
      }),
    ]);
    broken.catch((error: unknown) => {
      if (this.#current === running) this.#fail(error);
    });
    await untilServing(gateway);
    return running;
  }

  #look(running: Running, idleMs: number): void {
    const now = performance.now();
    if (this.#uses > 0 || running.front.stats().connections > 0) running.usedAt = now;
    else if (now - running.usedAt >= idleMs && !this.#draining) {
      this.#options.telemetry.note("info", "Nobody is connected: the log is let go");
      this.#end(running);
    }
  }

  #fail(error: unknown): void {
    const message = `Cannot serve: ${errorText(error)}`;
    this.#options.telemetry.note("error", message);
    this.#failure = { error: new EngineFailure(message), until: performance.now() + RETRY_MS };
    if (this.#current) this.#end(this.#current);
    this.#running = undefined;
  }

  #end(running: Running): void {
    if (this.#current !== running) return;
    this.#current = undefined;
    this.#running = undefined;
    clearInterval(this.#timer);
    this.#closing = running.close().catch((error: unknown) => {
      this.#options.telemetry.note("error", "Cannot close the log", { error: errorText(error) });
    });
  }
}

/** Resolves when the first client can be answered, or has waited long enough; rejects where the log has not what routes need. */
async function untilServing({ gateway, started }: RunningGateway): Promise<void> {
  const by = performance.now() + PATIENCE_MS;
  let outcome: { readonly error?: unknown } | undefined;
  started.then(() => outcome = {}, (error: unknown) => outcome = { error });
  while (performance.now() < by) {
    if (outcome?.error) throw outcome.error;
    // That the log is there is not enough: who comes with a cursor would be told to come again.
    if (outcome && gateway.readiness().ready) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
