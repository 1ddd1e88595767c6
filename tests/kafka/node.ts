/** One broker process. */

/** A broker that a test can hurt. */
export interface KafkaNode {
  /** 1 and up. */
  readonly id: number;
  /** `127.0.0.1:<port>`; the same for all of its lives. */
  readonly address: string;
  /** The process id; `undefined` while it is not running. */
  readonly pid: number | undefined;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM, a controlled shutdown; resolves when the process is gone. Killed after 30 s. */
  stop(): Promise<void>;
  /** SIGSTOP. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Starts it again, on the same port and data; resolves when it serves clients. */
  start(): Promise<void>;
}

/** How to run a broker. */
export interface NodeCommand {
  readonly id: number;
  readonly address: string;
  readonly classPath: string;
  /** The cluster's folder: removed if this process dies without closing the cluster. */
  readonly folder: string;
  readonly properties: string;
  readonly clusterId: string;
  /** Resolves when the broker serves clients. */
  readonly ready: (signal: AbortSignal) => Promise<void>;
}

/**
 * The shell becomes Java. The watcher beside it lives on our end of its standard input: if this process dies in any way,
 * the pipe closes, and it kills Java and removes the data. Ctrl-C is ours to handle.
 */
const SCRIPT = `
trap '' INT HUP
folder=$1; properties=$2; cluster=$3; classpath=$4; log=$5
exec 3<&0 </dev/null >>"$log" 2>&1
(read said <&3 || { kill -9 $$; sleep 1; rm -rf "$folder"; }) &
exec 3<&-
if [ ! -e "$properties.formatted" ]; then
  java -Xmx128m -XX:TieredStopAtLevel=1 -cp "$classpath" kafka.tools.StorageTool format -t "$cluster" -c "$properties" || exit 1
  : > "$properties.formatted"
fi
exec java -Xmx512m -XX:+UseSerialGC -cp "$classpath" kafka.Kafka "$properties"
`;

/** A broker, not yet started. */
export function kafkaNode(command: NodeCommand): KafkaNode {
  const { id, address, classPath, folder, properties, clusterId } = command;
  const log = `${properties}.log`;
  let running: { child: Deno.ChildProcess; ended: Promise<void> } | undefined;

  const signal = (name: Deno.Signal) => {
    if (!running) throw new Error(`Cannot send ${name} to broker ${id} at ${address}: it is not running`);
    running.child.kill(name);
  };

  return {
    id,
    address,
    get pid() {
      return running?.child.pid;
    },
    async kill() {
      const ended = running?.ended;
      running?.child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      const current = running;
      if (!current) return;
      current.child.kill("SIGTERM");
      const timer = setTimeout(() => current.child.kill("SIGKILL"), 30_000);
      await current.ended;
      clearTimeout(timer);
    },
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    async start() {
      if (running) throw new Error(`Cannot start broker ${id} at ${address}: it is running`);
      const child = new Deno.Command("sh", {
        args: ["-c", SCRIPT, "kafka", folder, properties, clusterId, classPath, log],
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn();
      const failed = new AbortController();
      const ended = child.status.then(async () => {
        running = undefined;
        failed.abort(new Error(`Broker ${id} ended before it was ready:\n${await lastLines(log)}`));
        // The watcher stops without killing: the process id may be another's by now.
        await new Response("ended\n").body!.pipeTo(child.stdin).catch(() => {});
      });
      running = { child, ended };
      await command.ready(failed.signal);
    },
  };
}

async function lastLines(path: string): Promise<string> {
  return (await Deno.readTextFile(path)).trim().split("\n").slice(-15).join("\n");
}
