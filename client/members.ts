/** Who is on a channel, from an answer and what is told after it. */
import {
  connect,
  defer,
  distinctUntilChanged,
  filter,
  from,
  map,
  merge,
  type Observable,
  scan,
  startWith,
  switchMap,
} from "rxjs";
import type { ChannelEvent, PresenceChanged } from "./channel_event.ts";

/** The channel is live, or someone joins or leaves it. */
type Step = "live" | PresenceChanged;

/** Where members come from. */
export interface MembersSource {
  /** What happens on the channel. */
  readonly events$: Observable<ChannelEvent>;
  /** Whether the channel is live already: then no event says so. */
  readonly isLive: () => boolean;
  /** Asks who is there. */
  readonly ask: () => Promise<readonly { readonly user: string }[]>;
}

/** What is known since the channel is live. */
interface Known {
  /** Absent until the gateway has answered. */
  readonly users?: readonly string[];
  /** What was told before. */
  readonly told: readonly PresenceChanged[];
}

/**
 * The users of a channel: asked for whenever the channel is live anew, and then changed by what is told. What was told between the question and
 * its answer is applied to the answer, which may know of it: nobody is there twice.
 */
export function membersOf({ events$, isLive, ask }: MembersSource): Observable<readonly string[]> {
  const told$ = events$.pipe(map(stepOf), filter((step) => step !== undefined));
  return defer(() => isLive() ? told$.pipe(startWith("live" as const)) : told$).pipe(
    connect((steps$) => steps$.pipe(filter((step) => step === "live"), switchMap(() => since(steps$)))),
    distinctUntilChanged(),
  );

  function since(steps$: Observable<Step>): Observable<readonly string[]> {
    const changes$ = steps$.pipe(filter((step) => step !== "live"));
    const answer$ = from(ask()).pipe(map((users) => users.map(({ user }) => user)));
    return merge(changes$, answer$).pipe(
      scan(take, { told: [] } as Known),
      map(({ users }) => users),
      filter((users) => users !== undefined),
    );
  }
}

function stepOf(event: ChannelEvent): Step | undefined {
  if (event.kind === "subscribed") return "live";
  return event.kind === "joined" || event.kind === "left" ? event : undefined;
}

function take({ users, told }: Known, step: PresenceChanged | readonly string[]): Known {
  if (!("kind" in step)) return { users: told.reduce(apply, step), told: [] };
  return users ? { users: apply(users, step), told } : { told: [...told, step] };
}

/** The same users where nothing changes. */
function apply(users: readonly string[], { kind, user }: PresenceChanged): readonly string[] {
  if (users.includes(user) === (kind === "joined")) return users;
  return kind === "joined" ? [...users, user] : users.filter((other) => other !== user);
}
