/** Runs a row of the fault suite once: traffic, a fault in the middle of it, and the checker at the end. */
import type { KafkaCluster } from "../kafka/broker.ts";
import { type ReadRecord, readTopic } from "../kafka/topics.ts";
import { checkEvidence, type Problem, writtenTwice } from "./check_evidence.ts";
import type { Evidence } from "./evidence.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { lanesOf } from "./lanes.ts";
import { type Load, type LoadOptions, startLoad } from "./load.ts";
import { makeTopic, type Scene } from "./scene.ts";
import { until } from "./until.ts";

/** A row: one kind of fault. */
export interface Row {
  readonly name: string;
  readonly fleet?: { readonly config?: string; readonly main?: string };
  readonly topic?: Readonly<Record<string, string>>;
  readonly load?: LoadOptions;
  /** Does the harm and mends it, under traffic, and looks at what is this row's own. */
  run(scene: Scene): Promise<void>;
}

/** What came of it. */
export interface RowResult {
  readonly publishes: number;
  readonly acked: number;
  /** Records that are in the log a second time, and were delivered once. */
  readonly writtenTwice: number;
  readonly longestSilenceMs: number;
  readonly problems: readonly Problem[];
  /** Of the gateways' logs. */
  readonly lastLines: string;
}

const PARTITIONS = 3;
/** What a failure shows of each gateway. */
const LAST_LINES = 15;

/**
 * Runs a row on a topic and gateways of its own.
 *
 * @param options.publishes the least number of acked publishes
 * @throws {Error} with what went wrong and the last log lines of the gateways, where the row did not come to its end
 */
export async function runRow(
  cluster: KafkaCluster,
  row: Row,
  options: { readonly publishes: number },
): Promise<RowResult> {
  const topic = `test-${crypto.randomUUID()}`;
  await makeTopic({ cluster, topic }, { partitions: PARTITIONS, ...(row.topic ? { config: row.topic } : {}) });
  await using fleet = await startFleet(cluster, { topic, ...row.fleet });
  try {
    await using load = await startLoad(fleet, row.load);
    const book = new Book({ cluster, topic, load });
    await row.run({
      cluster,
      topic,
      fleet,
      load,
      remember: () => book.read(),
      nextChapter: (mayHear) => book.nextChapter(mayHear),
    });
    await load.untilMore(Math.max(50, options.publishes - load.acked));
    await load.pause();
    await book.check();
    return {
      publishes: load.publishers.reduce((sum, each) => sum + each.publishes.length, 0),
      acked: load.acked,
      longestSilenceMs: load.longestSilenceMs,
      writtenTwice: book.writtenTwice,
      problems: [...book.problems, ...oddities(load)],
      lastLines: lastLinesOf(fleet),
    };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${lastLinesOf(fleet)}`, { cause: error });
  }
}

function lastLinesOf(fleet: Fleet): string {
  return fleet.nodes.map(({ url, lines }) => `${url}:\n  ${lines.slice(-LAST_LINES).join("\n  ")}`).join("\n");
}

/** Collects evidence, and has it checked. */
class Book {
  readonly problems: Problem[] = [];
  writtenTwice = 0;
  readonly #at: Pick<Scene, "cluster" | "topic" | "load">;
  readonly #records = new Map<string, ReadRecord>();
  /** Where the chapter begins in what was written down. */
  #from: { readonly told: readonly number[]; readonly publishes: readonly number[] } = { told: [], publishes: [] };

  constructor(at: Pick<Scene, "cluster" | "topic" | "load">) {
    this.#at = at;
  }

  async read(): Promise<readonly ReadRecord[]> {
    const { cluster, topic } = this.#at;
    let failure: unknown;
    // kafkajs gives up at once where a leader is being elected.
    await until(() => `the topic can be read: ${failure}`, async () => {
      try {
        for (const record of await readTopic(cluster, topic)) {
          this.#records.set(`${record.partition}@${record.offset}`, record);
        }
        return true;
      } catch (error) {
        failure = error;
        return false;
      }
    });
    return [...this.#records.values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  async check(): Promise<void> {
    const { load } = this.#at;
    const records = await this.read();
    const lanes = lanesOf(records);
    const late = () =>
      load.subscribers.flatMap(({ name, channels, got, mayHear }) =>
        channels.flatMap((channel) =>
          // Who was away while a channel moved to another partition does not get the end of the first one.
          [...lanes.get(channel)?.values() ?? []].slice(mayHear.length > 0 ? -1 : 0).map((lane) =>
            `${channel} ${lane.at(-1)}`
          )
            .filter((last) => !got.has(last)).map((last) => `${name}: ${last}`)
        )
      );
    // What does not come at all is the checker's to tell.
    await until("the last messages have come", () => late().length === 0, 30_000).catch(() => {});
    const evidence: Evidence = {
      records,
      publishes: load.publishers.flatMap(({ publishes }, at) => publishes.slice(this.#from.publishes[at] ?? 0)),
      subscribers: load.subscribers.map(({ name, channels, told, mayHear }, at) => ({
        name,
        channels,
        mayHear,
        told: told.slice(this.#from.told[at] ?? 0),
      })),
    };
    this.problems.push(...checkEvidence(evidence));
    this.writtenTwice += writtenTwice(evidence);
  }

  async nextChapter(mayHear: readonly string[]): Promise<void> {
    const { load } = this.#at;
    await load.pause();
    await this.check();
    this.#records.clear();
    this.#from = {
      told: load.subscribers.map(({ told }) => told.length),
      publishes: load.publishers.map(({ publishes }) => publishes.length),
    };
    for (const each of load.subscribers) each.mayHear = mayHear;
  }
}

/** What is wrong besides: publishes that were refused for good, requests that were answered twice, a client that hides something. */
function oddities({ publishers, subscribers }: Load): Problem[] {
  const refused = publishers.flatMap(({ publishes }) => publishes).flatMap(({ messageId, answer }) =>
    answer?.kind === "refused" ? [`${messageId} was refused: ${answer.reason}`] : []
  );
  const twice = [...publishers, ...subscribers].flatMap(({ name, client }) =>
    client.wire.answeredTwice.map((id) => `request ${id} of ${name} was answered twice`)
  );
  const hidden = subscribers.map((each) => each.difference()).filter((each) => each !== undefined);
  return [...refused, ...twice, ...hidden].map((text) => ({ breach: "untrue", text }));
}
