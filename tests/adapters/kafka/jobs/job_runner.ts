/** Runs jobs in processes that a test hurts. */
import { TextLineStream } from "../../../line_stream.ts";

/** What a process runs. */
export interface JobProcessOptions {
  /** By a source and a sink, or in transactions. */
  readonly how: "sink" | "transactions";
  readonly brokers: readonly string[];
  readonly group: string;
  readonly from: string;
  readonly to: string;
}

/** A process that runs a job. */
export interface JobProcess {
  /** How many records it said to have written. */
  readonly written: number;
  /** How many partitions it was given last. */
  readonly assigned: number;
  /** What it said on standard error. */
  readonly said: string;
  signal(signal: Deno.Signal): void;
  /** SIGKILL, and its end. */
  kill(): Promise<void>;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>;
}

const SCRIPT = new URL("./job_process.ts", import.meta.url).pathname;

/** Starts a process with the least permissions that a job on Kafka needs. */
export function startJob(options: JobProcessOptions): JobProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--frozen",
      "--no-check",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      "--allow-env=NODE_ENV,KAFKAJS_*",
      SCRIPT,
      JSON.stringify(options),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let written = 0;
  let assigned = 0;
  let said = "";
  const lines = (stream: ReadableStream<Uint8Array<ArrayBuffer>>) =>
    stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const heard = (async () => {
    for await (const line of lines(child.stdout)) {
      const [word, of] = line.split(" ");
      if (word === "written") written += Number(of);
      else assigned = Number(of);
    }
  })();
  const hearing = (async () => {
    for await (const line of lines(child.stderr)) said += line + "\n";
  })();
  const ended = (async () => {
    await Promise.all([heard, hearing]);
    return (await child.status).code;
  })();
  return {
    get written() {
      return written;
    },
    get assigned() {
      return assigned;
    },
    get said() {
      return said;
    },
    signal: (signal) => child.kill(signal),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    ended,
  };
}
