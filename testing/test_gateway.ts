/** A whole gateway in virtual time: connections and a log in memory, and a clock that the test moves. */
import { of, Subject, Subscription } from "rxjs";
import { type MemoryLog, memoryLog } from "../adapters/log/memory_log.ts";
import type { UserId } from "../domain/channel.ts";
import { type Gateway, gateway } from "../domain/gateway.ts";
import type { DenyList } from "../domain/deny_list.ts";
import type { StoredRecord } from "../domain/log_record.ts";
import type { Authenticator } from "../domain/ports/authenticator.ts";
import type { Connection } from "../domain/ports/transport.ts";
import { compileRoute, type RouteOptions } from "../domain/route.ts";
import { routeTable } from "../domain/route_table.ts";
import type { Drain } from "../domain/run_session.ts";
import type { GatewayPorts } from "../domain/scene.ts";
import { DEFAULT_SETTINGS, type GatewaySettings } from "../domain/settings.ts";
import { MemoryTransport } from "./memory_transport.ts";
import { recordsOf } from "./records_of.ts";
import { RecordingTelemetry } from "./recording_telemetry.ts";
import { seededRandom } from "./seeded_random.ts";
import type { TestClient } from "./test_client.ts";
import { VirtualClock, type VirtualClockOptions } from "./virtual_clock.ts";

/** What a test wants of its gateway. */
export interface TestGatewayOptions extends VirtualClockOptions {
  /** Default: those of a gateway without a configuration, `chat:{room}` and `user:{user}`. */
  readonly routes?: readonly RouteOptions[];
  /** What differs from {@linkcode DEFAULT_SETTINGS}. */
  readonly settings?: Partial<GatewaySettings>;
  /** By topic, how many partitions it has. Default: 4 each. */
  readonly topics?: Readonly<Record<string, number>>;
  /** Another gateway: this one is on the same log and clock. */
  readonly beside?: TestGateway;
  /** What the ids that this gateway makes begin with; none where only one gateway is on the log. */
  readonly name?: string;
  /** Who is not let in; its topic has to be one of `topics`. Default: nobody can be denied. */
  readonly denials?: DenyList;
  /** The topic by which gateways tell each other who is present; one of `topics`. Default: this gateway has nobody to tell. */
  readonly presenceTopic?: string;
  /** Puts others in the place of ports of the gateway. */
  readonly rig?: (ports: GatewayPorts) => GatewayPorts;
}

/** The routes of a gateway without a configuration. */
export const DEFAULT_ROUTES: readonly RouteOptions[] = [
  { channel: "chat:{room}", topic: "chat" },
  { channel: "user:{user}", topic: "direct", sentCopy: true },
];

/**
 * Starts a gateway in virtual time: no sockets, no files, no permissions, and nothing waits. It is the gateway that serves real
 * clients, with other ports. A pipeline that uses a real timer or a promise fails the test: see {@linkcode virtualOnly}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { testGateway } from "@tidegate/tidegate/testing";
 *
 * using gateway = testGateway({ routes: [{ channel: "chat:{room}", topic: "chat" }] });
 * const ann = gateway.connect("ann");
 * const bob = gateway.connect("bob");
 * bob.subscribe("chat:lobby");
 * assertEquals(ann.publish("chat:lobby", { text: "hello" })?.type, "published");
 * assertEquals(bob.payloads, [{ text: "hello" }]);
 * assertEquals(gateway.records("chat").length, 1);
 * ```
 */
export function testGateway(options: TestGatewayOptions = {}): TestGateway {
  return new TestGateway(options);
}

/** A gateway in virtual time, with all that a test does to it; made by {@linkcode testGateway}. */
export class TestGateway implements Disposable {
  /** Its time, which stands still until the test moves it. */
  readonly clock: VirtualClock;
  /** What it appends to and reads from. */
  readonly log: MemoryLog;
  /** Where its clients come from. */
  readonly transport: MemoryTransport;
  /** What it counted and said. */
  readonly telemetry: RecordingTelemetry = new RecordingTelemetry();
  /** The gateway itself. */
  readonly gateway: Gateway;
  readonly #drain = new Subject<Drain>();
  readonly #subscription = new Subscription();
  #ended: "no" | "completed" | Error = "no";

  /** Starts it: see {@linkcode testGateway}. */
  constructor(options: TestGatewayOptions) {
    const { name = "", beside, rig } = options;
    const routes = routeTable((options.routes ?? DEFAULT_ROUTES).map(compileRoute));
    this.clock = beside?.clock ?? new VirtualClock(options);
    const topics = options.topics ?? Object.fromEntries(routes.topics.map((topic) => [topic, 4]));
    this.log = beside?.log ?? memoryLog({ topics, clock: this.clock });
    const random = seededRandom([...name].reduce((seed, letter) => seed * 31 + letter.charCodeAt(0), 1));
    let sessions = 0;
    this.transport = new MemoryTransport({
      sessionId: () => `${name}session-${++sessions}`,
      clock: this.clock,
    });
    const ports: GatewayPorts = {
      log: this.log,
      transport: this.transport,
      authenticator: anonymous(),
      clock: this.clock,
      random,
      telemetry: this.telemetry,
    };
    this.gateway = gateway(rig?.(ports) ?? ports, {
      routes,
      settings: { ...DEFAULT_SETTINGS, node: "test", ...options.settings },
      drain: this.#drain,
      ...(options.denials ? { denials: options.denials } : {}),
      ...(options.presenceTopic === undefined ? {} : { presenceTopic: options.presenceTopic }),
    });
    this.clock.act(() =>
      this.#subscription.add(this.gateway.effects.subscribe({
        next: (effects) => this.transport.perform(effects),
        error: (error) => this.#ended = error,
        complete: () => this.#ended = "completed",
      }))
    );
    this.settle();
  }

  /** Whether the gateway has ended: it does after a drain, and where its log fails. */
  get ended(): "no" | "completed" | Error {
    return this.#ended;
  }

  /** Lets everything happen that is due now. */
  settle(): void {
    this.clock.advance(0);
  }

  /** Ends the gateway's sessions, and then the gateway, within some milliseconds. */
  drain(withinMs: number): void {
    this.clock.act(() => this.#drain.next({ withinMs }));
    this.settle();
  }

  /**
   * Opens a connection that has not said anything: of a user, or as an authenticator said of its handshake; else it is anonymous.
   */
  open(who?: string | Connection["admission"]): TestClient {
    return this.transport.open(who);
  }

  /**
   * Connects a client of a user.
   *
   * @param since the cursors to go on from in channels that are subscribed on connect, by channel
   */
  connect(user: string, since?: Readonly<Record<string, string>>): TestClient {
    const client = this.open(user);
    client.send({ type: "connect", ...(since ? { since } : {}) });
    this.settle();
    return client;
  }

  /** Connects a client of a user that subscribes to a channel: from now on, or from a cursor, or from "earliest". */
  subscriber(user: string, channel: string, options: { readonly since?: string } = {}): TestClient {
    const client = this.connect(user);
    client.subscribe(channel, options);
    return client;
  }

  /** All records that the log has of a topic, in the order of partitions and, in each, of offsets. */
  records(topic: string): StoredRecord[] {
    return recordsOf(this.log, { topic, clock: this.clock });
  }

  /** Ends the gateway at once, as a crash would. */
  [Symbol.dispose](): void {
    this.#subscription.unsubscribe();
  }
}

/** Everyone who does not say who they are is somebody new, or whom they resume. */
function anonymous(): Authenticator {
  let made = 0;
  return {
    admit: () => of({ kind: "awaited" }),
    identify: (connect) => of({ user: (connect?.resume ?? `anon-${++made}`) as UserId, resume: "signed" }),
  };
}
