/** The first exchange of a connection: who it is, what it is subscribed to by itself, and the word `connected`. */
import { concat, concatMap, defer, EMPTY, from, map, type Observable, of } from "rxjs";
import type { Channel } from "./channel.ts";
import { type Disconnect, disconnect } from "./disconnect.ts";
import type { ConnectedFrame, ConnectFrame } from "./frame.ts";
import { LeanMap } from "./lean_map.ts";
import { authorize } from "./permission.ts";
import type { Connection, Effect } from "./ports/transport.ts";
import { ConnectionRates } from "./rate_limits.ts";
import { channelOf, isStateful } from "./route.ts";
import type { Scene } from "./scene.ts";
import { reply, type Session } from "./session.ts";
import { subscribe, type SubscribeStep } from "./subscribe.ts";
import { placeOfTarget } from "./target.ts";

/** What the beginning of a session says: effects, and the session once it is known. */
export type BeginStep =
  | { readonly kind: "effects"; readonly effects: readonly Effect[] }
  | { readonly kind: "session"; readonly session: Session };

/** How a connection began. */
export interface Beginning {
  /** The first frame where it is a `connect`. */
  readonly connect: ConnectFrame | undefined;
  /** Where the user's own channels were when the connection opened; see {@linkcode ownCursors}. */
  readonly opened: Readonly<Record<string, string>>;
}

/**
 * Identifies a connection, subscribes it to its user's own channels, and tells it `connected`. Emits the session first; one that is
 * refused is closed instead.
 */
export function beginSession(scene: Scene, connection: Connection, beginning: Beginning): Observable<BeginStep> {
  const { admission } = connection;
  const { connect } = beginning;
  const identity$ = admission.kind === "identified" ? of(admission.identity) : scene.authenticator.identify(connect);
  return identity$.pipe(concatMap((identity) => {
    if ("code" in identity) return close(identity);
    const { expiresAt = Infinity } = identity;
    if (expiresAt <= scene.clock.scheduler.now()) {
      return close(disconnect("token_expired", "the token ended before the first frame"));
    }
    const refusal = scene.denials?.refusal(identity, scene.clock.scheduler.now());
    if (refusal) return close(refusal);
    const most = scene.settings.connectionsPerUser;
    if (scene.sessions.countOf(identity.user) >= most) {
      return close(disconnect("limit_exceeded", `a user has at most ${most} connections`));
    }
    const session: Session = {
      connection,
      user: identity.user,
      identity,
      memberships: new LeanMap(),
      rates: new ConnectionRates(),
    };
    return defer(() => {
      scene.sessions.add(session);
      return concat(
        from<BeginStep[]>([{ kind: "session", session }, effects(limits())]),
        subscribeOwn(scene, session, { ...beginning.opened, ...connect?.since }),
      );
    });
  }));

  function limits(): Effect[] {
    const maxMessageBytes = connect?.maxMessageBytes;
    return maxMessageBytes === undefined ? [] : [{ kind: "limit", connection, maxMessageBytes }];
  }

  function close(reason: Disconnect): Observable<BeginStep> {
    return of(effects([{ kind: "close", connection, disconnect: reason }]));
  }
}

/**
 * Where the channels that a user is subscribed to on connect are now, by channel: what is published before the client's first
 * frame, or while it is silent, is not missed. Channels that are not served yet are left out.
 */
export function ownCursors(scene: Scene, whose: Client): Readonly<Record<string, string>> {
  const cursors: Record<string, string> = {};
  for (const channel of ownChannels(scene, whose)) {
    const match = scene.routes.find(channel);
    const place = match && placeOfTarget(scene, { channel, match });
    const view = place && scene.view.partition(place);
    // On a stateful route there is no going on from where it was.
    if (place && view?.serving && !isStateful(match.route)) cursors[channel] = view.cursor(place.partitions);
  }
  return cursors;
}

/** Subscribes a session to the `{user}` channels of its user, and tells it `connected` with how that went. */
function subscribeOwn(
  scene: Scene,
  session: Session,
  since: Readonly<Record<string, string>>,
): Observable<BeginStep> {
  const { connection, user } = session;
  const channels = ownChannels(scene, session);
  const told: ConnectedFrame["subscriptions"][number][] = [];
  return concat(
    from(channels).pipe(
      concatMap((channel, at) =>
        join(channel, Object.hasOwn(since, channel) ? since[channel] : undefined).pipe(
          map((step) => tell(step, at === channels.length - 1)),
        )
      ),
    ),
    channels.length === 0 ? defer(() => of(effects(connected()))) : EMPTY,
  );

  function tell(step: SubscribeStep, isLast: boolean): BeginStep {
    if (step.kind === "effects") return step;
    const { subscription, after } = step;
    if (subscription.kind === "refused") {
      const { code, message } = subscription.failure;
      const reason = disconnect(code === "unavailable" ? "log_unavailable" : "internal", message);
      return effects([{ kind: "close", connection, disconnect: reason }]);
    }
    const { channel, cursor, recovered, reason } = subscription;
    told.push({ channel, cursor, recovered, ...(reason ? { reason } : {}) });
    return effects([...(isLast ? connected() : []), ...after]);
  }

  /** A cursor that cannot be of the channel is as good as one of a log that has changed. */
  function join(channel: Channel, after: string | undefined): Observable<SubscribeStep> {
    return subscribe(scene, { session, channel, ...(after === undefined ? {} : { since: after }) }).pipe(
      concatMap((step): Observable<SubscribeStep> => {
        const refused = step.kind === "settled" && step.subscription.kind === "refused" ? step.subscription : undefined;
        if (refused?.failure.code !== "bad_cursor") return of(step);
        return subscribe(scene, { session, channel }).pipe(map(unrecovered));
      }),
    );
  }

  function connected(): Effect[] {
    const { settings } = scene;
    const { resume } = session.identity;
    return reply(session, {
      type: "connected",
      session: connection.session,
      user,
      node: settings.node,
      ...(resume === undefined ? {} : { resume }),
      pingSeconds: settings.pingSeconds,
      maxFrameBytes: settings.frameBytes,
      subscriptions: told,
    });
  }
}

/** A connection, and whose it is. */
type Client = Pick<Session, "connection" | "identity">;

/** The channels that a connection is subscribed to by itself: the `{user}` channels of its user that it may subscribe to. */
function ownChannels(scene: Scene, { connection, identity }: Client): Channel[] {
  if (connection.ownChannels === false) return [];
  const { user: key } = identity;
  return scene.routes.routes.flatMap((route) => {
    const channel = route.variable === "user" ? channelOf(route, key) : undefined;
    if (channel === undefined) return [];
    return authorize({ action: "subscribe", identity, channel, match: { route, key } }) ? [] : [channel];
  });
}

function effects(list: readonly Effect[]): BeginStep {
  return { kind: "effects", effects: list };
}

function unrecovered(step: SubscribeStep): SubscribeStep {
  if (step.kind !== "settled" || step.subscription.kind !== "subscribed") return step;
  return { ...step, subscription: { ...step.subscription, recovered: false, reason: "log_changed" } };
}
