/** What is on its way to subscribers: effects as they are gathered. */
import type { Fanout, Membership } from "./channel_index.ts";
import { placeOf } from "./compose_records.ts";
import { cursorOf } from "./cursor.ts";
import { disconnect } from "./disconnect.ts";
import type { Codec } from "./ports/codec.ts";
import type { Effect, Spare } from "./ports/transport.ts";
import type { Publication } from "./publication.ts";
import type { Route } from "./route.ts";
import type { Scene } from "./scene.ts";
import { encodeOnce } from "./serialize.ts";

/** Gathers effects; {@linkcode Outgoing.take} hands them over. */
export class Outgoing {
  readonly #scene: Pick<Scene, "index" | "routes" | "view" | "telemetry" | "sessions">;
  readonly #out: { readonly effects: Effect[]; readonly overdue: Membership[]; readonly holdBytes: number };
  #reached = 0;

  constructor(scene: Pick<Scene, "index" | "routes" | "view" | "telemetry" | "sessions" | "settings">) {
    this.#scene = scene;
    this.#out = { effects: [], overdue: [], holdBytes: scene.settings.queueBytes };
  }

  /** A publication to its channel's subscribers, but for the session of an id. Returns how many it reaches. */
  publish(publication: Publication, options: { readonly route: Route; readonly except: string | undefined }): number {
    const { route: { slow }, except } = options;
    const skipped = except === undefined ? undefined : this.#scene.sessions.find(except)?.connection;
    const reached = this.#fanOut({
      channel: publication.channel,
      encode: encodeOnce({ type: "publication", publication }),
      ...(skipped ? { except: skipped } : {}),
      ...(slow === "disconnect" ? {} : { spare: (codec: Codec) => spareOf(publication, { policy: slow, codec }) }),
    });
    this.#reached += reached;
    return reached;
  }

  /** Tells the subscribers of a route's channels, of one partition or of all, that something is missing. */
  tellGap({ route, partition, reason }: { route: Route; partition?: number; reason: string }): void {
    const { index, routes, view, telemetry } = this.#scene;
    const partitions = view.partitions(route.topic) ?? 1;
    for (const channel of index.channels()) {
      const match = routes.find(channel);
      if (match?.route !== route) continue;
      const place = placeOf(route, { key: match.key, partitions });
      if (partition !== undefined && place !== partition) continue;
      telemetry.count("gaps");
      const cursor = channelCursor(this.#scene, { route, key: match.key, partitions });
      this.#fanOut({ channel, encode: encodeOnce({ type: "gap", channel, cursor, reason }) });
    }
  }

  /** The effects, with the end of those whose held frames have become too many; and counts what was sent. */
  take(): readonly Effect[] {
    const { effects, overdue } = this.#out;
    if (this.#reached > 0) this.#scene.telemetry.count("publications_sent", this.#reached);
    return overdue.length === 0 ? effects : [...effects, ...overdue.flatMap((membership) => this.#end(membership))];
  }

  #fanOut(fanout: Fanout): number {
    return this.#scene.index.fanOut(fanout, this.#out);
  }

  #end(membership: Membership): Effect[] {
    const { index } = this.#scene;
    if (!index.isCurrent(membership)) return [];
    index.leave(membership);
    const reason = disconnect("slow_consumer", `the replay of ${membership.channel} fell too far behind`);
    return [{ kind: "close", connection: membership.subscriber.connection, disconnect: reason }];
  }
}

/** How a publication is left out for a client that is too slow. */
function spareOf(
  { channel, cursor }: Publication,
  { policy, codec }: { readonly policy: Spare["policy"]; readonly codec: Codec },
): Spare {
  return { channel, policy, skipped: (count) => codec.encode({ type: "skipped", channel, count, cursor }) };
}

/** Where a channel is to go on from, as far as this node has read. */
export function channelCursor(
  { view }: Pick<Scene, "view">,
  { route, key, partitions }: { route: Route; key: string | null; partitions: number },
): string {
  const place = { topic: route.topic, partition: placeOf(route, { key, partitions }) };
  return view.partition(place)?.cursor(partitions) ??
    cursorOf({ partitions, partition: place.partition, offset: -1, record: undefined });
}
