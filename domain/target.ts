/** What a request is about: the channel, its route, and whether the user may. */
import { type Channel, isChannel, isUuid } from "./channel.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import { placeOf } from "./compose_records.ts";
import type { Action } from "./grants.ts";
import type { TopicPartition } from "./log_record.ts";
import { authorize } from "./permission.ts";
import type { RouteMatch } from "./route_table.ts";
import type { Scene } from "./scene.ts";
import type { Session } from "./session.ts";

/** A channel that the user may do the action on. */
export interface Target {
  readonly channel: Channel;
  readonly match: RouteMatch;
}

/** Parses, routes and authorizes the channel of a request. Pure. */
export function targetOf(
  scene: Pick<Scene, "routes">,
  request: { session: Pick<Session, "identity">; channel: string; action: Action },
): Target | Failure {
  const { action, session: { identity } } = request;
  const target = findTarget(scene, request);
  if (isFailure(target)) return target;
  return authorize({ action, identity, channel: target.channel, match: target.match }) ?? target;
}

/** Parses and routes a channel; whether a user may is another question. Pure. */
export function findTarget(
  scene: Pick<Scene, "routes">,
  request: { channel: string; action: Action },
): Target | Failure {
  const { channel, action } = request;
  if (!isChannel(channel)) {
    return failure(
      "bad_channel",
      `Cannot ${action} on channel ${excerpt(channel)}: expected 1 to 255 of A-Z a-z 0-9 _ . : ~ -`,
    );
  }
  const match = scene.routes.find(channel);
  if (!match) {
    const known = scene.routes.routes.map((route) => route.channel).join(", ");
    return failure(
      "unknown_channel",
      `Cannot ${action} on channel ${channel}: no route has it; the routes are ${known}`,
    );
  }
  const lower = match.key?.toLowerCase();
  if (match.route.variable === "user" && match.key !== lower && isUuid(match.key ?? "")) {
    const meant = match.route.prefix + lower + match.route.suffix;
    return failure("bad_channel", `Cannot ${action} on channel ${channel}: user ids are in lower case, as in ${meant}`);
  }
  return { channel, match };
}

/** The partition that a channel lives in; `undefined` until the log was reached. */
export function placeOfTarget(scene: Pick<Scene, "view">, { match: { route, key } }: Target): Place | undefined {
  const partitions = scene.view.partitions(route.topic);
  if (partitions === undefined) return undefined;
  return { topic: route.topic, partition: placeOf(route, { key, partitions }), partitions };
}

/** A partition, with the partition count that it was chosen by. */
export interface Place extends TopicPartition {
  readonly partitions: number;
}

/** A value as it stands in an error message: quoted, and cut to 64 characters. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 64 ? text.slice(0, 64) + "…" : text);
}
