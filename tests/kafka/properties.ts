/** What is configured of one broker of the cluster. */
export interface NodeLayout {
  /** 1 and up. */
  readonly id: number;
  /** The port of clients and of the other brokers. */
  readonly port: number;
  /** The port of the controllers' quorum. */
  readonly controllerPort: number;
}

/** The text of `server.properties` of a KRaft node that is broker and controller. */
export function serverProperties(
  node: NodeLayout,
  options: { readonly nodes: readonly NodeLayout[]; readonly data: string; readonly extra: Record<string, string> },
): string {
  const replicas = Math.min(3, options.nodes.length);
  const inSync = replicas === 1 ? 1 : 2;
  const properties: Record<string, string | number> = {
    "process.roles": "broker,controller",
    "node.id": node.id,
    "controller.quorum.voters": options.nodes.map((n) => `${n.id}@127.0.0.1:${n.controllerPort}`).join(","),
    "listeners": `CLIENTS://127.0.0.1:${node.port},CONTROLLERS://127.0.0.1:${node.controllerPort}`,
    "advertised.listeners": `CLIENTS://127.0.0.1:${node.port}`,
    "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLERS:PLAINTEXT",
    "inter.broker.listener.name": "CLIENTS",
    "controller.listener.names": "CONTROLLERS",
    "log.dirs": options.data,
    "auto.create.topics.enable": "false",
    "default.replication.factor": replicas,
    "min.insync.replicas": inSync,
    "unclean.leader.election.enable": "false",
    "offsets.topic.num.partitions": 4,
    "offsets.topic.replication.factor": replicas,
    "transaction.state.log.num.partitions": 4,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": inSync,
    "share.coordinator.state.topic.num.partitions": 4,
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": inSync,
    // A first group join takes 3 s otherwise.
    "group.initial.rebalance.delay.ms": 0,
    // A killed broker is replaced, and may come back, after 3 s, not 9.
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
    ...options.extra,
  };
  return Object.entries(properties).map(([name, value]) => `${name}=${value}\n`).join("");
}
