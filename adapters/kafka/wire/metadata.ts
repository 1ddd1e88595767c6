/** Which brokers and topics there are. */
import { type Api, type Call, call } from "./call.ts";
import type { WireReader } from "./reader.ts";

/** Kafka's Metadata; from version 10 it names a topic's id, from 8 what may be done with it, from 7 the epochs of leaders. */
export const METADATA: Api = { key: 3, name: "Metadata", lowest: 7, highest: 12, flexibleFrom: 9 };

/** The bit of reading among what may be done with a topic; a broker of before version 8, or of an error, says nothing. */
const READ = 1 << 3;
const NOT_SAID = -(2 ** 31);

/** What a broker knows of its cluster. */
export interface MetadataResponse {
  readonly brokers: readonly BrokerAddress[];
  /** The node id of the broker that changes topics; -1 where there is none. */
  readonly controller: number;
  readonly topics: readonly TopicMetadata[];
}

/** Where a broker listens. */
export interface BrokerAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** One topic that was asked for. */
export interface TopicMetadata {
  readonly error: number;
  readonly name: string;
  /** 32 hexadecimal digits, of this life of the topic; absent where the broker does not say. */
  readonly id: string | undefined;
  /** Whether its records may be read; absent where the broker does not say. */
  readonly mayRead?: boolean;
  readonly partitions: readonly PartitionMetadata[];
}

/** One partition of it. */
export interface PartitionMetadata {
  readonly error: number;
  readonly partition: number;
  /** The node id; -1 where there is none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  /** Those of them that have all that was acknowledged. */
  readonly inSync: readonly number[];
}

/** Asks for the metadata of topics; makes none that are missing. Names of no topics ask for none. */
export function metadata(version: number, topics: readonly string[]): Call<MetadataResponse> {
  return call({ api: METADATA, version }, {
    write(to) {
      to.array(topics, (topic) => {
        if (version >= 10) to.uuid(new Uint8Array(16));
        to.string(topic).end();
      });
      to.boolean(false);
      if (version >= 8 && version <= 10) to.boolean(false);
      // What may be done with the topics.
      if (version >= 8) to.boolean(true);
      to.end();
    },
    read(from) {
      from.int32();
      const brokers = from.array(() => readBroker(from));
      from.nullableString();
      const controller = from.int32();
      return { brokers, controller, topics: from.array(() => readTopic(from, version)) };
    },
  });
}

function readBroker(from: WireReader): BrokerAddress {
  const broker = { nodeId: from.int32(), host: from.string(), port: from.int32() };
  from.nullableString();
  from.end();
  return broker;
}

function readTopic(from: WireReader, version: number): TopicMetadata {
  const error = from.int16();
  const name = from.string();
  const id = version >= 10 ? from.slice(16).toHex() : undefined;
  from.boolean();
  const partitions = from.array(() => readPartition(from));
  const operations = version >= 8 ? from.int32() : NOT_SAID;
  from.end();
  return { error, name, id, partitions, ...(operations === NOT_SAID ? {} : { mayRead: (operations & READ) !== 0 }) };
}

function readPartition(from: WireReader): PartitionMetadata {
  const error = from.int16();
  const partition = from.int32();
  const leader = from.int32();
  const leaderEpoch = from.int32();
  const replicas = from.array(() => from.int32());
  const inSync = from.array(() => from.int32());
  from.array(() => from.int32());
  from.end();
  return { error, partition, leader, leaderEpoch, replicas, inSync };
}
