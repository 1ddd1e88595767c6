/** The life of one connection, as a pipeline of its own. */
import { concat, defer, map, merge, type Observable, type ObservableInput, of, type SchedulerLike, timer } from "rxjs";
import type { InFlightLimit } from "../streams/group_work.ts";
import { inPortions } from "../streams/in_portions.ts";
import { type Order, type Run, runUntilOver } from "../streams/run_until_over.ts";
import { answer } from "./answer.ts";
import { beginSession, type BeginStep, ownCursors } from "./begin_session.ts";
import { disconnect } from "./disconnect.ts";
import type { Decoded } from "./frame.ts";
import { holdRates } from "./hold_rates.ts";
import type { Connection, Effect } from "./ports/transport.ts";
import type { Scene } from "./scene.ts";
import { reply, type Session } from "./session.ts";
import { leave } from "./subscribe.ts";

/** The order to end all sessions gently. */
export interface Drain {
  /** How long it may take, in milliseconds. */
  readonly withinMs: number;
}

/** What comes to a session, in order. */
type Arrival =
  | { readonly kind: "frames"; readonly decoded: readonly Decoded[] }
  /** The client has said nothing for a while: it is connected without a `connect` frame. */
  | { readonly kind: "silence" }
  | { readonly kind: "drain" };

/** A piece of a session's work. */
type Task =
  | { readonly kind: "effects"; readonly effects: readonly Effect[] }
  | { readonly kind: "decoded"; readonly decoded: Decoded }
  /** A message without a frame. */
  | { readonly kind: "blank" }
  | { readonly kind: "drain" };

/** Within a drain, sessions are closed over the first part of the time; what is in flight then has the rest, but for a margin. */
const DRAIN = { spread: 0.6, hard: 0.85, reconnectWithinMs: 2_000 };

/** How many WebSocket messages may wait while a connection begins, before reading from it pauses. */
const MESSAGES_WAITING = 16;

/** How many frames of one message are begun in one turn: one costs 10 to 30 microseconds, and a message has room for thousands. */
const FRAMES_A_TURN = 256;

/**
 * Runs one connection from its first frame to its end, and says what is to be done to it. It starts requests in the order of the
 * frames, answers each once, and frees all that it held when it ends, whoever ends it. It never errors: what goes wrong in it closes
 * this connection and touches no other.
 */
export function runSession(
  scene: Scene,
  connection: Connection,
  drain$: Observable<Drain>,
): Observable<readonly Effect[]> {
  return runUntilOver(connection.messages, new SessionRun(scene, connection, drain$));
}

/** One object, and no closures: there is one for every connection, for as long as it lives. */
class SessionRun implements Run<string | Uint8Array, Task, readonly Effect[], Drain> {
  readonly words: Observable<Drain>;
  readonly #scene: Scene;
  readonly #connection: Connection;
  /** Where the user's own channels were when the connection opened; absent once it has begun. */
  #opened: Readonly<Record<string, string>> | undefined;
  #session: Session | undefined;

  constructor(scene: Scene, connection: Connection, drain$: Observable<Drain>) {
    const { admission } = connection;
    this.#scene = scene;
    this.#connection = connection;
    this.words = drain$;
    this.#opened = admission.kind === "identified"
      ? ownCursors(scene, { connection, identity: admission.identity })
      : {};
  }

  get limit(): InFlightLimit<readonly Effect[]> {
    return this;
  }

  get high(): number {
    return this.#scene.settings.publishesInFlight;
  }

  get low(): number {
    return this.#scene.settings.publishesInFlight / 2;
  }

  get waiting(): number {
    return MESSAGES_WAITING;
  }

  get pause(): readonly Effect[] {
    return [{ kind: "pause", connection: this.#connection }];
  }

  get resume(): readonly Effect[] {
    return [{ kind: "resume", connection: this.#connection }];
  }

  groupOf(message: string | Uint8Array): ObservableInput<Task> {
    const decoded = this.#connection.codec.decode(message);
    this.#scene.telemetry.count("frames_received", decoded.length);
    return this.#tasksFor({ kind: "frames", decoded });
  }

  whileSilent(): Observable<Order<Task>> {
    const { clock, settings } = this.#scene;
    const { admission } = this.#connection;
    const patienceMs = admission.kind === "awaited" && admission.patient ? settings.connectMs : settings.connectWaitMs;
    return timer(patienceMs, clock.scheduler).pipe(map(() => this.#groupFor({ kind: "silence" })));
  }

  ordersOf({ withinMs }: Drain): Observable<Order<Task>> {
    const { clock: { scheduler }, random } = this.#scene;
    return merge(
      of(this.#groupFor({ kind: "drain" })),
      timer(random.fraction() * withinMs * DRAIN.spread, scheduler).pipe(map((): Order<Task> => ({ kind: "last" }))),
      timer(withinMs * DRAIN.hard, scheduler).pipe(map((): Order<Task> => ({ kind: "over" }))),
    );
  }

  project(task: Task): ObservableInput<readonly Effect[]> {
    if (task.kind === "effects") return [task.effects];
    const scene = this.#scene;
    const session = this.#session;
    // Without a session it was refused; like one that was ended, its close is under way.
    if (!session || session.ended) return [];
    if (task.kind === "decoded") return answer(scene, session, task.decoded);
    if (task.kind === "blank") return [holdRates(scene, session, task) ?? []];
    const reconnectAfterMs = Math.floor(scene.random.fraction() * DRAIN.reconnectWithinMs);
    return [reply(session, { type: "draining", reconnectAfterMs })];
  }

  lastWord(failed?: { readonly error: unknown }): readonly Effect[] {
    const connection = this.#connection;
    if (!failed) return [{ kind: "close", connection, disconnect: disconnect("draining") }];
    const fields = { session: connection.session, error: String(failed.error) };
    this.#scene.telemetry.note("error", "A session failed", fields);
    return [{ kind: "close", connection, disconnect: disconnect("internal") }];
  }

  left(): void {
    const session = this.#session;
    if (!session) return;
    for (const membership of session.memberships.values()) leave(this.#scene, session, membership);
    this.#scene.sessions.remove(session);
  }

  #groupFor(arrival: Arrival): Order<Task> {
    return { kind: "group", group: this.#tasksFor(arrival) };
  }

  #tasksFor(arrival: Arrival): ObservableInput<Task> {
    const opened = this.#opened;
    if (!opened) return tasksOf(arrival, this.#scene.clock.scheduler);
    this.#opened = undefined;
    return this.#begin(arrival, opened);
  }

  #begin(arrival: Arrival, opened: Readonly<Record<string, string>>): Observable<Task> {
    const scene = this.#scene;
    const connection = this.#connection;
    const decoded = arrival.kind === "frames" ? arrival.decoded : [];
    const [first] = decoded;
    if (first?.kind === "fatal") return of(effects([{ kind: "close", connection, disconnect: first.disconnect }]));
    const connectFrame = first?.kind === "frame" && first.frame.type === "connect" ? first.frame : undefined;
    const rest: Arrival = arrival.kind === "frames"
      ? { kind: "frames", decoded: connectFrame ? decoded.slice(1) : decoded }
      : arrival;
    return concat(
      beginSession(scene, connection, { connect: connectFrame, opened }).pipe(map((step) => this.#keep(step))),
      defer(() => tasksOf(rest, scene.clock.scheduler)),
    );
  }

  #keep(step: BeginStep): Task {
    if (step.kind === "effects") return step;
    this.#session = step.session;
    return effects([]);
  }
}

function tasksOf(arrival: Arrival, scheduler: SchedulerLike): ObservableInput<Task> {
  if (arrival.kind === "drain") return [arrival];
  if (arrival.kind === "silence") return [];
  const tasks = arrival.decoded.map((decoded): Task => ({ kind: "decoded", decoded }));
  if (tasks.length === 0) return [{ kind: "blank" }];
  return tasks.length <= FRAMES_A_TURN ? tasks : inPortions(tasks, { size: FRAMES_A_TURN, scheduler });
}

function effects(list: readonly Effect[]): Task {
  return { kind: "effects", effects: list };
}
