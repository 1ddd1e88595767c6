import { assert, assertEquals } from "@std/assert";
import { BehaviorSubject } from "rxjs";
import { kafkaClient } from "../../../adapters/kafka/client.ts";
import type { ClusterState } from "../../../adapters/kafka/cluster.ts";
import { background } from "../../../adapters/kafka/background.ts";
import { inflate } from "../../../adapters/kafka/compression.ts";
import { KAFKA_DEADLINES, KAFKA_LIMITS } from "../../../adapters/kafka/options.ts";
import type { TailContext, TailTopic } from "../../../adapters/kafka/tail_context.ts";
import { advance, type Piece, type TailPartition, tailPartition } from "../../../adapters/kafka/tail_partition.ts";
import { takeFetched } from "../../../adapters/kafka/tail_take.ts";
import { KAFKA_ERRORS } from "../../../adapters/kafka/wire/errors.ts";
import type { FetchedPartition } from "../../../adapters/kafka/wire/fetch.ts";
import { optionsFor } from "./reading_case.ts";
import { buildBatch } from "./wire/batch_builder.ts";

/** A tail of one partition of which broker 1 is the leader, at offset 5. */
function scene() {
  const options = optionsFor(["kafka:9092"], ["chat"]);
  const partitions = new Map([[0, { leader: 1, leaderEpoch: 7, inSync: 1 }]]);
  const view = {
    brokers: new Map([[1, "kafka:9092"]]),
    controller: 1,
    topics: new Map([["chat", { id: "aa", partitions, replicas: 1 }]]),
    missing: [],
    forbidden: [],
    unreadable: [],
    unsure: false,
  };
  const state: ClusterState = { reachable: true, view };
  let refreshed = 0;
  let looked = 0;
  const at: TailPartition = {
    ...tailPartition({ topic: "chat", partition: 0 }),
    position: 5,
    placed: true,
    lastEpoch: 6,
  };
  const topic: TailTopic = {
    name: "chat",
    partitions: new Map([[0, at]]),
    id: "aa",
    refused: false,
    byId: true,
    look: () => looked++,
  };
  const pieces: Piece[] = [];
  const context: TailContext = {
    kafka: kafkaClient(options, { deadlines: KAFKA_DEADLINES, telemetry: options.telemetry }),
    cluster: {
      states: new BehaviorSubject(state),
      state,
      link: () => Promise.reject(new Error("no link")),
      refresh: () => refreshed++,
    },
    deadlines: KAFKA_DEADLINES,
    limits: KAFKA_LIMITS,
    telemetry: options.telemetry,
    random: options.random,
    inflate,
    background: background(),
    request: { topics: ["chat"], start: () => 0 },
    topics: new Map([["chat", topic]]),
    signal: new AbortController().signal,
    emit(of, piece) {
      pieces.push(piece);
      advance(of, piece, () => {});
    },
    wake: () => {},
    fail: (error) => {
      throw error;
    },
  };
  const take = (fetched: Partial<FetchedPartition>, leader = 1, asked = { at, position: 5, jumps: 0 }) =>
    takeFetched(context, {
      leader,
      asked,
      fetched: {
        partition: 0,
        error: 0,
        high: 9,
        low: 0,
        divergesAt: undefined,
        aborted: [],
        records: new Uint8Array(),
        ...fetched,
      },
    });
  return { at, topic, pieces, partitions, take, calls: () => ({ refreshed, looked }) };
}

const records = buildBatch({ start: 5, epoch: 7, records: [{ delta: 0, value: "five" }, { delta: 1, value: "six" }] });

Deno.test("records are handed on, and the position and the epoch move with them", async () => {
  const { at, pieces, take } = scene();
  assert(await take({ records }));
  assertEquals(pieces.map(({ to, high, records }) => ({ to, high, count: records?.length })), [{
    to: 7,
    high: 9,
    count: 2,
  }]);
  assertEquals({ position: at.position, epoch: at.lastEpoch, open: at.open }, { position: 7, epoch: 7, open: 1 });
});

Deno.test("an empty answer hands nothing on", async () => {
  const { pieces, take } = scene();
  assertEquals(await take({}), false);
  assertEquals(pieces, []);
});

Deno.test("a log that was cut short below the position is told as changed, and read from where it parts", async () => {
  const { at, pieces, take } = scene();
  await take({ divergesAt: 3, high: 4 });
  assertEquals(pieces, [{ to: 3, high: 4, lost: "log_changed" }]);
  assertEquals({ position: at.position, epoch: at.lastEpoch, jumps: at.jumps }, { position: 3, epoch: -1, jumps: 1 });
});

Deno.test("a log that parts below what it still has is read from its low end", async () => {
  const { pieces, take } = scene();
  await take({ divergesAt: 1, low: 2, high: 4 });
  assertEquals(pieces, [{ to: 2, high: 4, lost: "log_changed" }]);
});

Deno.test("an answer that comes late is thrown away", async () => {
  const late: ((of: ReturnType<typeof scene>) => Promise<boolean>)[] = [
    // From a broker that no longer leads the partition.
    ({ take }) => take({ records }, 2),
    // To a question about another position.
    ({ take, at }) => take({ records }, 1, { at, position: 4, jumps: 0 }),
    // To a question of before a jump.
    ({ take, at }) => take({ records }, 1, { at: Object.assign(at, { jumps: 1 }), position: 5, jumps: 0 }),
    // About a partition that is being placed again.
    ({ take, at }) => (at.placed = false, take({ records })),
  ];
  for (const [index, answer] of late.entries()) {
    const of = scene();
    assertEquals({ index, taken: await answer(of), pieces: of.pieces }, { index, taken: false, pieces: [] });
  }
});

Deno.test("a leader that changes while a batch is inflated makes the answer late", async () => {
  const { partitions, pieces, take } = scene();
  const packed = buildBatch({ start: 5, codec: 1, records: [{ delta: 0, value: "five" }] });
  const taking = take({ records: packed });
  partitions.set(0, { leader: 2, leaderEpoch: 8, inSync: 1 });
  assertEquals({ taken: await taking, pieces }, { taken: false, pieces: [] });
});

Deno.test("a position out of range is placed again", async () => {
  const { at, take, calls } = scene();
  await take({ error: KAFKA_ERRORS.OFFSET_OUT_OF_RANGE });
  assertEquals({ placed: at.placed, ...calls() }, { placed: false, refreshed: 1, looked: 1 });
});

Deno.test("a topic whose id is refused is looked at again, other refusals are tried again later", async () => {
  const refused = scene();
  await refused.take({ error: KAFKA_ERRORS.UNKNOWN_TOPIC_ID });
  assertEquals({ refused: refused.topic.refused, ...refused.calls() }, { refused: true, refreshed: 1, looked: 1 });
  const moved = scene();
  await moved.take({ error: KAFKA_ERRORS.NOT_LEADER_OR_FOLLOWER });
  assertEquals({ refused: moved.topic.refused, ...moved.calls() }, { refused: false, refreshed: 1, looked: 0 });
  assertEquals(moved.at.failures, 1);
});
