/** Sessions and the presence of their channels. */
import type { Membership } from "./channel_index.ts";
import { failure, isFailure } from "./failure.ts";
import type { RequestId } from "./frame.ts";
import { authorize } from "./permission.ts";
import type { Effect } from "./ports/transport.ts";
import type { Scene } from "./scene.ts";
import { reply, type Session } from "./session.ts";
import { type Target, targetOf } from "./target.ts";

/** A subscription has become live: its user is present, where the route shares that, and is told of others where it announces them. */
export function enterPresence(
  scene: Pick<Scene, "presence">,
  session: Session,
  { target, membership }: { readonly target: Target; readonly membership: Membership },
): void {
  if (target.match.route.presenceScope === "node") return;
  scene.presence?.enter(membership, { watches: mayWatch(session, target) });
}

/** Begins or ends telling a session of others, as its new identity allows it. */
export function renewWatches(scene: Pick<Scene, "presence" | "routes">, session: Session): void {
  if (!scene.presence) return;
  for (const membership of session.memberships.values()) {
    const { channel } = membership;
    const match = scene.routes.find(channel);
    if (match) scene.presence.watch(membership, mayWatch(session, { channel, match }));
  }
}

/** Answers who is present. What watchers were not told yet of what the answer knows, they are told before it. */
export function present(
  scene: Pick<Scene, "presence" | "routes" | "index">,
  session: Session,
  { id, channel: name }: { readonly id: RequestId; readonly channel: string },
): readonly Effect[] {
  const target = targetOf(scene, { session, channel: name, action: "presence" });
  if (isFailure(target)) return reply(session, { type: "error", id, failure: target });
  const { channel, match } = target;
  const { presence } = scene;
  if (!presence || match.route.presenceScope === "node") {
    return reply(session, { type: "presence", id, channel: name, users: scene.index.present(channel) });
  }
  const { problem } = presence;
  if (problem !== undefined) {
    const reason = failure("unavailable", `Cannot see the presence of ${channel}: ${problem}`);
    return reply(session, { type: "error", id, failure: reason });
  }
  const news = presence.takeNews();
  return [...news, ...reply(session, { type: "presence", id, channel: name, users: presence.present(channel) })];
}

function mayWatch({ identity }: Session, { channel, match }: Target): boolean {
  return match.route.presenceScope === "announced" && !authorize({ action: "presence", identity, channel, match });
}
