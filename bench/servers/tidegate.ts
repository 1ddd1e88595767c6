/** Tidegate as a user runs it: its command line, with a configuration file and every feature on. */
import metadata from "../../deno.json" with { type: "json" };
import { CHANNEL_PREFIX } from "../load/tidegate_dialect.ts";
import { startServerProcess } from "./server_process.ts";
import type { Server, ServerKind, ServerPlan } from "./server.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const READY_MS = 60_000;

/** Tokens and permissions, the deny list, cursors, de-duplication and counters: what is on in production is on here. */
export const tidegate: ServerKind = {
  name: "tidegate",
  title: "Tidegate",
  async start(plan): Promise<Server> {
    const folder = await Deno.makeTempDir({ prefix: "tidegate-bench-" });
    const secret = crypto.randomUUID() + crypto.randomUUID();
    await Deno.writeTextFile(`${folder}/config.toml`, configuration(plan));
    const server = await startServerProcess({
      command: Deno.execPath(),
      args: [
        ...["run", "--frozen", "--no-prompt", "--quiet", "-P=serve", `--allow-read=${ROOT},${folder}`],
        ...plan.denoFlags,
        ...[`${ROOT}main.ts`, "serve", "--config", `${folder}/config.toml`],
      ],
      folder: ROOT,
      env: { TIDEGATE_JWT_SECRET: secret },
      listening: /"message":"Listening".*?"url":"ws:\/\/[^"]*?:(\d+)\/ws"/,
    });
    const close = async (): Promise<void> => {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    };
    try {
      await untilReady(server.port);
    } catch (error) {
      await close();
      throw error;
    }
    const { pid, port } = server;
    return { pid, port, speech: { kind: "tidegate", secret, mixed: plan.mixed }, [Symbol.asyncDispose]: close };
  },
  versions: () => Promise.resolve({ Tidegate: metadata.version, Deno: Deno.version.deno }),
};

/** Rates are raised: a client of the benchmark stands for many a user's. */
function configuration({ brokers, topic }: ServerPlan): string {
  return `
[http]
port = 0

[admin]
port = 0

[auth]
mode = "jwt"
deny_list = true

[kafka]
brokers = ${JSON.stringify(brokers)}
create_topics = true
create_partitions = 1

[limits]
requests_per_second = 100_000
publishes_per_second = 100_000
user_requests_per_second = 100_000
user_publishes_per_second = 100_000

[telemetry]
format = "json"

[[routes]]
channel = "${CHANNEL_PREFIX}{name}"
topic = "${topic}"
`;
}

async function untilReady(port: number): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Tidegate on port ${port} is not ready after a minute`);
}
