/** A gateway in virtual time, whose clients come by plain HTTP. */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { of, Subject, type Subscription } from "rxjs";
import type { HttpLimits } from "../../../adapters/http/http_options.ts";
import { type HttpTransport, openHttpTransport } from "../../../adapters/http/open_http_transport.ts";
import type { Peer } from "../../../adapters/http/peer.ts";
import { type MemoryLog, memoryLog } from "../../../adapters/log/mod.ts";
import type { UserId } from "../../../domain/channel.ts";
import { type Gateway, gateway } from "../../../domain/gateway.ts";
import type { Authenticator } from "../../../domain/ports/authenticator.ts";
import type { Log } from "../../../domain/ports/log.ts";
import { compileRoute, type RouteOptions } from "../../../domain/route.ts";
import { routeTable } from "../../../domain/route_table.ts";
import type { Drain } from "../../../domain/run_session.ts";
import { DEFAULT_SETTINGS, type GatewaySettings } from "../../../domain/settings.ts";
import { RecordingTelemetry } from "../../../testing/recording_telemetry.ts";
import { TestClock } from "./test_clock.ts";
import type { Json } from "../../e2e/json_client.ts";

/** The header by which tests say who asks. */
const USER = "x-user";

const ROUTES: readonly RouteOptions[] = [
  { channel: "chat:{room}", topic: "chat" },
  { channel: "text:{room}", topic: "text", payload: "text" },
  { channel: "bytes:{room}", topic: "bytes", payload: "bytes" },
  { channel: "user:{user}", topic: "direct", sentCopy: true },
];

/** What a test wants of its gateway. */
export interface HttpBenchOptions {
  readonly limits?: Partial<HttpLimits>;
  readonly settings?: Partial<GatewaySettings>;
  readonly authenticator?: Partial<Authenticator>;
  readonly rigLog?: (log: Log) => Log;
  readonly isPageAllowed?: (origin: string | undefined) => boolean;
}

/** A stream of events that is read. */
export interface Listener {
  readonly response: Response;
  /** What came, but for comments. */
  readonly events: EventSourceMessage[];
  readonly comments: string[];
  retryMs: number | undefined;
  /** How reading ended. */
  over: "no" | "closed" | "broken";
  leave(): Promise<void>;
}

/** One gateway. */
export class HttpBench {
  readonly clock: TestClock = new TestClock();
  readonly telemetry: RecordingTelemetry = new RecordingTelemetry();
  readonly log: MemoryLog;
  readonly transport: HttpTransport;
  readonly gateway: Gateway;
  readonly drain: Subject<Drain> = new Subject<Drain>();
  readonly hungUp: string[] = [];
  readonly #subscription: Subscription;
  #made = 0;

  constructor(options: HttpBenchOptions = {}) {
    const { clock, telemetry } = this;
    const random = {
      uuid: () => `00000000-0000-4000-8000-${String(++this.#made).padStart(12, "0")}`,
      fraction: () => 0.5,
    };
    const routes = routeTable(ROUTES.map(compileRoute));
    this.log = memoryLog({ topics: Object.fromEntries(routes.topics.map((topic) => [topic, 4])), clock });
    const authenticator: Authenticator = {
      admit(handshake) {
        const [user] = handshake.header(USER);
        return of(
          user === undefined ? { kind: "awaited" } : { kind: "identified", identity: { user: user as UserId } },
        );
      },
      identify: (connect) =>
        of({ user: (connect?.resume ?? random.uuid()) as UserId, resume: connect?.resume ?? "new" }),
      ...options.authenticator,
    };
    const { isPageAllowed } = options;
    this.transport = openHttpTransport({
      authenticator,
      clock,
      random,
      telemetry,
      ...(options.limits && { limits: options.limits }),
      ...(isPageAllowed && { isPageAllowed: (handshake) => isPageAllowed(handshake.header("origin")[0]) }),
    });
    const { transport } = this;
    this.gateway = gateway({
      log: options.rigLog?.(this.log) ?? this.log,
      transport,
      authenticator,
      clock,
      random,
      telemetry,
    }, { routes, settings: { ...DEFAULT_SETTINGS, node: "bench", ...options.settings }, drain: this.drain });
    this.#subscription = this.gateway.effects.subscribe((effects) => transport.perform(effects));
    clock.advance(0);
  }

  /** Lets everything happen that is due: also what takes turns of the event loop. */
  async settle(ms = 0): Promise<void> {
    this.clock.advance(ms);
    for (let turn = 0; turn < 8; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      this.clock.advance(0);
    }
  }

  /** Asks; the answer may wait for what the test does next. */
  ask(path: string, init: RequestInit & { readonly peer?: Peer; readonly user?: string } = {}): Promise<Response> {
    const { peer, user, ...rest } = init;
    const request = new Request(`http://gateway.test${path}`, rest);
    if (user !== undefined) request.headers.set(USER, user);
    const asked = this.transport.fetch(request, peer ?? this.peer("peer"));
    if (!asked) throw new Error(`Cannot ask for ${path}: it is no path of the transport`);
    return asked;
  }

  /** Asks, and settles until there is an answer. */
  async answer(...asked: Parameters<HttpBench["ask"]>): Promise<Response> {
    const answer = this.ask(...asked);
    await this.settle();
    return await answer;
  }

  /** Publishes JSON, and says how that went. */
  async publish(channel: string, payload: unknown, headers: Record<string, string> = {}): Promise<Json> {
    const response = await this.answer(`/publish?channel=${channel}`, {
      method: "POST",
      body: JSON.stringify(payload),
      headers: { "content-type": "application/json", ...headers },
      user: "ann",
    });
    return await response.json();
  }

  /** Listens to channels. */
  async listen(path: string, init: Parameters<HttpBench["ask"]>[1] = {}): Promise<Listener> {
    const response = await this.answer(path, { user: "bob", ...init });
    const listener = read(response);
    await this.settle();
    return listener;
  }

  /** A peer that can be hung up on. */
  peer(name: string): Peer {
    return { remoteAddress: "127.0.0.1", hangUp: () => void this.hungUp.push(name) };
  }

  /** Ends it, and everything in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.transport.close();
    await this.settle(60_000);
    this.#subscription.unsubscribe();
  }
}

function read(response: Response): Listener {
  const listener: Listener = { response, events: [], comments: [], retryMs: undefined, over: "no", leave };
  const parser = createParser({
    onEvent: (event) => listener.events.push(event),
    onComment: (comment) => listener.comments.push(comment),
    onRetry: (ms) => listener.retryMs = ms,
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const pump = (): Promise<void> =>
    reader.read().then(({ done, value }) => {
      if (done) {
        listener.over = "closed";
        return;
      }
      parser.feed(value);
      return pump();
    }, () => void (listener.over = "broken"));
  const pumping = pump();
  async function leave(): Promise<void> {
    await reader.cancel();
    await pumping;
  }
  return listener;
}

/** The payloads of the publications that came. */
export function payloadsOf({ events }: Pick<Listener, "events">): Json[] {
  return events.filter(({ event }) => event === "publication").map(({ data }) => JSON.parse(data).payload);
}
