/** The log of a fetch server is let go while nobody is connected, and opened again for the next. */
import { assertEquals } from "@std/assert";
import { loadConfiguration } from "../../adapters/config/mod.ts";
import { Engine } from "../../commands/engine.ts";
import { gatewaySettings } from "../../commands/settings.ts";
import { RecordingTelemetry } from "../../testing/recording_telemetry.ts";
import { until } from "../contract/transport/until.ts";
import { startKafka } from "../kafka/broker.ts";
import { kafkaTest } from "../kafka/kafka_test_case.ts";
import { EventClient, publishJson } from "./http_client.ts";
import { JsonClient } from "./json_client.ts";
import { createTopics } from "./kafka_fixture.ts";

const IDLE_MS = 200;
const LET_GO = "Nobody is connected: the log is let go";

/** An engine that requests are handed to, as `deno serve` does. */
class ServedEngine implements AsyncDisposable {
  readonly engine: Engine;
  readonly telemetry: RecordingTelemetry = new RecordingTelemetry();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(config: string) {
    const configuration = loadConfiguration({ env: () => undefined, readTextFile: () => config });
    this.engine = new Engine({
      configuration,
      settings: gatewaySettings(configuration, "idle"),
      pages: () => new Response("a page"),
      telemetry: this.telemetry,
      idleMs: IDLE_MS,
    });
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request, { remoteAddr }) => this.engine.fetch(request, { remoteAddress: remoteAddr.hostname }),
    );
  }

  get http(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  connect(): Promise<JsonClient> {
    return JsonClient.open(`${this.http.replace("http", "ws")}/ws`);
  }

  /** How often it has let its log go. */
  get lettingGo(): number {
    return this.telemetry.notes.filter(({ message }) => message === LET_GO).length;
  }

  get log(): string | undefined {
    return this.engine.readiness().checks.log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.drain(1_000);
    await this.#server.shutdown();
  }
}

/** What holds for every log that outlives who has it open. */
async function comesAndGoes(config: string): Promise<void> {
  await using served = new ServedEngine(config);
  assertEquals(served.log, "not in use");
  const first = await served.connect();
  await first.request({ subscribe: { channel: "chat:lobby" } });
  for (const payload of [1, 2, 3]) await first.request({ publish: { channel: "chat:lobby", payload } });
  await first.until(() => first.publications.get("chat:lobby")?.length === 3);
  const since = first.publications.get("chat:lobby")![1].cursor;
  // It is kept for a client that says nothing, and for one of plain HTTP.
  await new Promise((resolve) => setTimeout(resolve, 3 * IDLE_MS));
  assertEquals([served.lettingGo, served.log], [0, "ok"]);
  {
    using events = new EventClient(`${served.http}/events?channel=chat:lobby`);
    await events.subscribed();
    await first.close();
    await new Promise((resolve) => setTimeout(resolve, 3 * IDLE_MS));
    assertEquals([served.lettingGo, served.log], [0, "ok"]);
  }
  await until("the log is let go", () => served.lettingGo === 1);
  assertEquals(served.log, "not in use");
  {
    // It is another's meanwhile, which a file that is open would not be.
    await using other = new ServedEngine(config);
    assertEquals((await publishJson(other.http, "chat:lobby", { payload: 4 })).status, 200);
  }
  for (const round of [2, 3]) {
    const client = await served.connect();
    const answer = await client.request({ subscribe: { channel: "chat:lobby", since } });
    assertEquals(answer.subscribed?.recovered, true, JSON.stringify(answer));
    await client.until(() => client.publications.get("chat:lobby")?.length === round);
    assertEquals(
      client.publications.get("chat:lobby")!.map(({ payload }) => payload),
      [3, 4, 5].slice(0, round),
    );
    assertEquals(served.log, "ok");
    if (round === 2) await client.request({ publish: { channel: "chat:lobby", payload: 5 } });
    await client.close();
    await until("the log is let go again", () => served.lettingGo === round);
  }
}

Deno.test("a log that is let go when nobody is connected is opened for the next, and cursors go on: SQLite", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-e2e-" });
  try {
    await comesAndGoes(`[log]\npath = ${JSON.stringify(folder)}\n`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

kafkaTest(
  "a log that is let go when nobody is connected is opened for the next, and cursors go on: Kafka",
  async () => {
    await using cluster = await startKafka();
    await createTopics(cluster.brokers, { chat: 3, direct: 3 });
    await comesAndGoes(`[kafka]\nbrokers = ${JSON.stringify(cluster.brokers)}\n`);
  },
);
