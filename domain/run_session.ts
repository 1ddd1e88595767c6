/** The life of one connection, as a pipeline of its own. */
import {
  catchError,
  concat,
  connect,
  defer,
  EMPTY,
  endWith,
  finalize,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  switchMap,
  take,
  takeUntil,
  timer,
} from "rxjs";
import { inPortions } from "../streams/in_portions.ts";
import { limitGroupsInFlight } from "../streams/limit_groups_in_flight.ts";
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
  const { clock: { scheduler }, settings, telemetry, random } = scene;
  const { admission } = connection;
  const opened = admission.kind === "identified" ? ownCursors(scene, { connection, identity: admission.identity }) : {};
  const patienceMs = admission.kind === "awaited" && admission.patient ? settings.connectMs : settings.connectWaitMs;
  let session: Session | undefined;
  return connection.messages.pipe(
    connect((messages$) => {
      const ended$ = messages$.pipe(ignoreElements(), endWith(undefined));
      const after = (part: (withinMs: number) => number) =>
        drain$.pipe(take(1), switchMap(({ withinMs }) => timer(part(withinMs), scheduler)));
      const lastCall$ = after((withinMs) => random.fraction() * withinMs * DRAIN.spread);
      const tooLate$ = after((withinMs) => withinMs * DRAIN.hard);
      const arrivals$ = merge(
        messages$.pipe(map((message): Arrival => ({ kind: "frames", decoded: decode(message) }))),
        timer(patienceMs, scheduler).pipe(map((): Arrival => ({ kind: "silence" })), takeUntil(messages$)),
        drain$.pipe(take(1), map((): Arrival => ({ kind: "drain" }))),
      );
      const work$ = arrivals$.pipe(
        takeUntil(merge(lastCall$, ended$)),
        map((arrival, at) => at === 0 ? begin(arrival) : tasksOf(arrival, scheduler)),
        limitGroupsInFlight<Task, readonly Effect[]>(carryOut, {
          high: settings.publishesInFlight,
          low: settings.publishesInFlight / 2,
          waiting: MESSAGES_WAITING,
          pause: [{ kind: "pause", connection }],
          resume: [{ kind: "resume", connection }],
        }),
        takeUntil(merge(tooLate$, ended$)),
      );
      const goodbye: Effect = { kind: "close", connection, disconnect: disconnect("draining") };
      return concat(work$, of<readonly Effect[]>([goodbye]));
    }),
    catchError((error) => {
      telemetry.note("error", "A session failed", { session: connection.session, error: String(error) });
      return of<readonly Effect[]>([{ kind: "close", connection, disconnect: disconnect("internal") }]);
    }),
    finalize(end),
  );

  function decode(message: string | Uint8Array): readonly Decoded[] {
    const decoded = connection.codec.decode(message);
    telemetry.count("frames_received", decoded.length);
    return decoded;
  }

  function begin(arrival: Arrival): Observable<Task> {
    const decoded = arrival.kind === "frames" ? arrival.decoded : [];
    const [first] = decoded;
    if (first?.kind === "fatal") return of(effects([{ kind: "close", connection, disconnect: first.disconnect }]));
    const connectFrame = first?.kind === "frame" && first.frame.type === "connect" ? first.frame : undefined;
    const rest: Arrival = arrival.kind === "frames"
      ? { kind: "frames", decoded: connectFrame ? decoded.slice(1) : decoded }
      : arrival;
    return concat(
      beginSession(scene, connection, { connect: connectFrame, opened }).pipe(map(keep)),
      defer(() => tasksOf(rest, scheduler)),
    );
  }

  function keep(step: BeginStep): Task {
    if (step.kind === "effects") return step;
    session = step.session;
    return effects([]);
  }

  function carryOut(task: Task): Observable<readonly Effect[]> {
    if (task.kind === "effects") return of(task.effects);
    // Without a session it was refused; like one that was ended, its close is under way.
    if (!session || session.ended) return EMPTY;
    if (task.kind === "decoded") return answer(scene, session, task.decoded);
    if (task.kind === "blank") return of(holdRates(scene, session, task) ?? []);
    const reconnectAfterMs = Math.floor(random.fraction() * DRAIN.reconnectWithinMs);
    return of(reply(session, { type: "draining", reconnectAfterMs }));
  }

  function end(): void {
    if (!session) return;
    for (const membership of session.memberships.values()) leave(scene, session, membership);
    scene.sessions.remove(session);
  }
}

function tasksOf(arrival: Arrival, scheduler: SchedulerLike): Observable<Task> {
  if (arrival.kind === "frames") {
    const { decoded } = arrival;
    return decoded.length === 0
      ? of({ kind: "blank" })
      : inPortions(decoded.map((decoded): Task => ({ kind: "decoded", decoded })), { size: FRAMES_A_TURN, scheduler });
  }
  return arrival.kind === "drain" ? of(arrival) : EMPTY;
}

function effects(list: readonly Effect[]): Task {
  return { kind: "effects", effects: list };
}
