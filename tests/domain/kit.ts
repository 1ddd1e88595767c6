/** A whole gateway in virtual time: in-memory connections, an in-memory log, and a clock that the test moves. */
import {
  BehaviorSubject,
  EMPTY,
  endWith,
  filter,
  ignoreElements,
  map,
  type Observable,
  of,
  Subject,
  type Subscription,
  take,
  takeUntil,
  VirtualTimeScheduler,
} from "rxjs";
import { type MemoryLog, memoryLog } from "../../adapters/log/mod.ts";
import type { UserId } from "../../domain/channel.ts";
import type { Disconnect } from "../../domain/disconnect.ts";
import type { ClientFrame, Decoded, ServerFrame } from "../../domain/frame.ts";
import { type Gateway, gateway } from "../../domain/gateway.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Counter, Fields, Level, Telemetry } from "../../domain/ports/telemetry.ts";
import type { Connection, Effect } from "../../domain/ports/transport.ts";
import type { Publication } from "../../domain/publication.ts";
import { compileRoute, type RouteOptions } from "../../domain/route.ts";
import { routeTable } from "../../domain/route_table.ts";
import type { Drain } from "../../domain/run_session.ts";
import type { GatewayPorts } from "../../domain/scene.ts";
import { DEFAULT_SETTINGS, type GatewaySettings } from "../../domain/settings.ts";

/** Time that moves only when told. */
export class VirtualClock {
  readonly scheduler: VirtualTimeScheduler = new VirtualTimeScheduler(undefined, 0);

  constructor() {
    this.scheduler.frame = 1_763_830_000_000;
    this.scheduler.maxFrames = this.scheduler.frame;
  }

  advance(ms: number): void {
    this.scheduler.maxFrames += ms;
    this.scheduler.flush();
    this.scheduler.frame = this.scheduler.maxFrames;
  }
}

/** Frames as values: what is sent is kept in `frames`, and told apart by the bytes' identity. */
const frames = new WeakMap<Uint8Array, ServerFrame>();
export const valueCodec: Codec = {
  name: "json",
  subprotocol: "values",
  binary: true,
  separatorBytes: 0,
  decode: (message) => JSON.parse(String(message)) as Decoded[],
  encode(frame) {
    const bytes = new Uint8Array(100);
    frames.set(bytes, frame);
    return bytes;
  },
  join: (pieces) => pieces[0]!,
};

/** The frame that bytes of the codec stand for. */
export function frameOf(bytes: Uint8Array): ServerFrame {
  return frames.get(bytes)!;
}

/** A connected client, with all that it got. */
export class TestClient implements Connection {
  readonly session: string;
  readonly admission: Connection["admission"];
  readonly codec: Codec = valueCodec;
  readonly received: ServerFrame[] = [];
  readonly reading: ("pause" | "resume")[] = [];
  closed: Disconnect | undefined;
  readonly #messages = new Subject<string>();
  readonly messages: Observable<string> = this.#messages.asObservable();
  readonly #room = new BehaviorSubject(true);

  constructor(session: string, admission: Connection["admission"]) {
    this.session = session;
    this.admission = admission;
  }

  /** Whether a long replay may go on. */
  set room(room: boolean) {
    this.#room.next(room);
  }

  /** `Transport.drained` of this connection. */
  get drained(): Observable<void> {
    const ended$ = this.#messages.pipe(ignoreElements(), endWith(undefined));
    return this.#room.pipe(filter((room) => room), take(1), map(() => undefined), takeUntil(ended$));
  }

  send(...list: readonly ClientFrame[]): void {
    this.sendDecoded(...list.map((frame): Decoded => ({ kind: "frame", frame })));
  }

  sendDecoded(...decoded: readonly Decoded[]): void {
    this.#messages.next(JSON.stringify(decoded));
  }

  /** The client goes away. */
  end(): void {
    this.#messages.complete();
  }

  take(effect: Effect): void {
    if (this.closed) return;
    if (effect.kind === "send") this.received.push(frames.get(effect.frame)!);
    else if (effect.kind === "close") {
      this.closed = effect.disconnect;
      this.end();
    } else if (effect.kind !== "limit") this.reading.push(effect.kind);
  }

  /** The publications that came, in order. */
  get publications(): Publication[] {
    return this.received.flatMap((frame) => frame.type === "publication" ? [frame.publication] : []);
  }

  /** The texts of the payloads that came, in order. */
  get texts(): (string | null)[] {
    return this.publications.map(({ payload }) =>
      payload === null ? null : payload.kind === "bytes" ? "" : payload.text
    );
  }

  /** The newest frame of a type. */
  last<T extends ServerFrame["type"]>(type: T): Extract<ServerFrame, { type: T }> | undefined {
    return this.received.findLast((frame): frame is Extract<ServerFrame, { type: T }> => frame.type === type);
  }
}

/** What a test wants of its gateway. */
export interface BenchOptions {
  readonly routes?: readonly RouteOptions[];
  readonly settings?: Partial<GatewaySettings>;
  /** By topic, partitions. Default: 4 each. */
  readonly topics?: Readonly<Record<string, number>>;
  /** Another gateway's bench on the same log and clock. */
  readonly beside?: Bench;
  /** What the ids that this gateway makes begin with; none where only one gateway is on the log. */
  readonly name?: string;
  /** Puts others in the place of ports of the gateway. */
  readonly rig?: (ports: GatewayPorts) => GatewayPorts;
}

/** One gateway in virtual time. */
export class Bench {
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  readonly gateway: Gateway;
  readonly counts: Map<Counter, number> = new Map();
  readonly notes: { level: Level; message: string; fields: Fields | undefined }[] = [];
  readonly drain: Subject<Drain> = new Subject<Drain>();
  ended: "no" | "completed" | Error = "no";
  readonly #connections = new Subject<Connection>();
  readonly #subscription: Subscription;
  readonly #name: string;
  #made = 0;

  constructor(options: BenchOptions = {}) {
    const routes = routeTable((options.routes ?? DEFAULT_ROUTES).map(compileRoute));
    this.#name = options.name ?? "";
    this.clock = options.beside?.clock ?? new VirtualClock();
    const topics = options.topics ?? Object.fromEntries(routes.topics.map((topic) => [topic, 4]));
    this.log = options.beside?.log ?? memoryLog({ topics, clock: this.clock });
    const telemetry: Telemetry = {
      count: (counter, amount = 1) => this.counts.set(counter, (this.counts.get(counter) ?? 0) + amount),
      note: (level, message, fields) => this.notes.push({ level, message, fields }),
    };
    const ports: GatewayPorts = {
      log: this.log,
      transport: {
        connections: this.#connections,
        drained: (connection) => connection instanceof TestClient ? connection.drained : EMPTY,
      },
      authenticator: {
        admit: () => of({ kind: "awaited" }),
        identify: (connect) => of({ user: (connect?.resume ?? `anon-${this.#made}`) as UserId, resume: "signed" }),
      },
      clock: this.clock,
      random: { uuid: () => `${this.#name}uuid-${++this.#made}`, fraction: () => 0.5 },
      telemetry,
    };
    this.gateway = gateway(options.rig?.(ports) ?? ports, {
      routes,
      settings: { ...DEFAULT_SETTINGS, node: "bench", ...options.settings },
      drain: this.drain,
    });
    this.#subscription = this.gateway.effects.subscribe({
      next: (effects) => effects.forEach(perform),
      error: (error) => this.ended = error,
      complete: () => this.ended = "completed",
    });
    this.settle();
  }

  /** Lets everything happen that is due now. */
  settle(): void {
    this.clock.advance(0);
  }

  /** A connection that has not said anything. */
  open(user?: string): TestClient {
    const identity = { user: (user ?? "") as UserId };
    const client = new TestClient(
      `${this.#name}session-${++this.#made}`,
      user === undefined ? { kind: "awaited" } : { kind: "identified", identity },
    );
    this.#connections.next(client);
    return client;
  }

  /** A connected client of a user. */
  connect(user: string, since?: Readonly<Record<string, string>>): TestClient {
    const client = this.open(user);
    client.send({ type: "connect", ...(since ? { since } : {}) });
    this.settle();
    return client;
  }

  /** A connected client that subscribes to a channel. */
  subscriber(user: string, channel: string, since?: string): TestClient {
    const client = this.connect(user);
    client.send({ type: "subscribe", id: 1, channel, ...(since === undefined ? {} : { since }) });
    this.settle();
    return client;
  }

  /** Publishes texts to a channel, one after another. */
  publish(client: TestClient, channel: string, ...texts: readonly string[]): void {
    for (const text of texts) {
      client.send({ type: "publish", id: 7, channel, payload: { kind: "json", text } });
      this.settle();
    }
  }

  [Symbol.dispose](): void {
    this.#subscription.unsubscribe();
  }
}

/** A log with others in the place of some of its methods. */
export function riggedLog(log: Log, changes: Partial<Log>): Log {
  return {
    state: log.state,
    append: (records) => log.append(records),
    tail: (request) => log.tail(request),
    read: (partition, range) => log.read(partition, range),
    range: (partition) => log.range(partition),
    ...changes,
  };
}

/** The routes of a gateway without a configuration. */
export const DEFAULT_ROUTES: readonly RouteOptions[] = [
  { channel: "chat:{room}", topic: "chat" },
  { channel: "user:{user}", topic: "direct", sentCopy: true },
];

function perform(effect: Effect): void {
  const connections = effect.kind === "send" ? effect.connections : [effect.connection];
  for (const connection of connections) if (connection instanceof TestClient) connection.take(effect);
}
