/**
 * Follows topics for ever.
 *
 * The tail owns its positions: there is no consumer group, so nothing to join, to commit or to reset.
 * docs/decisions/0003-kafka-is-read-by-direct-fetches.md says why.
 */
import { Observable, type Subscription } from "rxjs";
import type { Batch } from "../../domain/ports/log.ts";
import { fetchFromLeader } from "./tail_fetch.ts";
import { placeTopic } from "./tail_placement.ts";
import { advance } from "./tail_partition.ts";
import type { PartTailRequest, ReadingParts, TailContext, TailTopic } from "./tail_context.ts";
import { rests } from "./tail_rest.ts";
import { type Bell, bell } from "./wait.ts";

/**
 * The tail of `Log`. Errors where a topic is not one of the log's, or the log is closed.
 *
 * @param options.topics the topics of the log
 * @param options.closing aborts when the log is closed
 */
export function tail(
  parts: ReadingParts,
  request: PartTailRequest,
  options: { readonly topics: readonly string[]; readonly closing: AbortSignal },
): Observable<Batch> {
  return new Observable((subscriber) => {
    const { closing } = options;
    const unknown = request.topics.filter((topic) => !options.topics.includes(topic));
    if (unknown.length > 0) {
      subscriber.error(
        new TypeError(`Cannot follow topic ${unknown.join(", ")}: the log holds ${options.topics.join(", ")}`),
      );
      return;
    }
    const ending = new AbortController();
    const onClosing = () => fail(new Error("Cannot follow the log: it is closed"));
    const fail = (error: unknown) => {
      subscriber.error(error);
      ending.abort();
    };
    if (closing.aborted) return onClosing();
    closing.addEventListener("abort", onClosing);

    const fetchers = new Map<number, readonly Bell[]>();
    const looks = new Map<string, Bell>();
    const topics = new Map<string, TailTopic>();
    const context: TailContext = {
      ...parts,
      request,
      topics,
      signal: ending.signal,
      emit: (at, piece) => subscriber.next(advance(at, piece, wake)),
      wake,
      fail,
    };

    function wake(): void {
      for (const work of [...fetchers.values()].flat()) work.ring();
    }

    /** The usual fetch may be waiting for a first record: what rests is woken meanwhile. */
    function wakeUpResting(): void {
      for (const topic of topics.values()) {
        for (const at of topic.partitions.values()) if (at.resting) rests(context, at);
      }
      wake();
    }

    for (const name of new Set(request.topics)) {
      const look = bell();
      looks.set(name, look);
      const topic = { name, partitions: new Map(), id: undefined, refused: false, byId: false, look: look.ring };
      topics.set(name, topic);
      parts.background.run(placeTopic(context, topic, look));
    }
    const watching: Subscription = parts.cluster.states.subscribe(({ view }) => {
      for (const topic of view?.topics.values() ?? []) {
        for (const { leader } of topic.partitions.values()) {
          if (leader < 0 || fetchers.has(leader)) continue;
          const usual = { leader, part: "usual", work: bell() } as const;
          const fresh = { leader, part: "fresh", work: bell() } as const;
          fetchers.set(leader, [usual.work, fresh.work]);
          for (const fetch of [usual, fresh]) parts.background.run(fetchFromLeader(context, fetch));
        }
      }
      for (const look of looks.values()) look.ring();
      wake();
    });

    const forget = request.rest?.onNeed(wakeUpResting);
    return () => {
      forget?.();
      closing.removeEventListener("abort", onClosing);
      watching.unsubscribe();
      ending.abort();
    };
  });
}
