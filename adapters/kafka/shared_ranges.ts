/** The ranges of partitions, asked for once for all who ask at about the same time. */
import type { TopicPartition } from "../../domain/log_record.ts";
import type { askRanges } from "./ranges.ts";

/** What `askRanges` answers for one partition. */
type Answer = Awaited<ReturnType<typeof askRanges>>;

/**
 * Makes a way to ask that costs two questions at a time, however many ask: who comes while one is under way gets the answer to the next
 * one, which is asked after they came. So nobody is told of an end that the log has passed before they asked.
 */
export function sharedRanges(ask: (of: TopicPartition) => Promise<Answer>): (of: TopicPartition) => Promise<Answer> {
  const running = new Map<string, Promise<Answer>>();
  const next = new Map<string, Promise<Answer>>();

  function begin(name: string, of: TopicPartition): Promise<Answer> {
    const answer = ask(of).finally(() => running.delete(name));
    running.set(name, answer);
    return answer;
  }

  return ({ topic, partition }) => {
    const name = `${topic}/${partition}`;
    const of = { topic, partition };
    const under = running.get(name);
    if (!under) return begin(name, of);
    const known = next.get(name);
    if (known) return known;
    const later = under.then(() => {}, () => {}).then(() => {
      next.delete(name);
      return begin(name, of);
    });
    next.set(name, later);
    return later;
  };
}
