import { assertEquals } from "@std/assert";
import { FileLog } from "../../../adapters/log/sqlite/file_log.ts";
import { LinkFailure, SqliteLink } from "../../../adapters/log/sqlite/link.ts";
import type { Opened, WorkerAnswers, WorkerRequests } from "../../../adapters/log/sqlite/messages.ts";
import { all, appendAll, textRecord, texts } from "../../contract/log/scenario.ts";
import { TailProbe } from "../../contract/log/tail_probe.ts";
import { inFolder, SetClock, silent as telemetry, stateWhen } from "./kit.ts";

const place = { topic: "chat", partition: 0 };
const topics = { chat: 1 };

/** A line to a real worker, on which answers can be lost or changed. */
class FaultyLink {
  loseNextAppend = false;
  changeOpened: (opened: Opened) => Opened = (opened) => opened;
  readonly #link: SqliteLink;

  constructor(link: SqliteLink) {
    this.#link = link;
  }

  async request<Kind extends keyof WorkerRequests>(
    kind: Kind,
    ask: WorkerRequests[Kind],
    transfer: Transferable[] = [],
  ): Promise<WorkerAnswers[Kind]> {
    const answer = await this.#link.request(kind, ask, transfer);
    if (kind === "append" && this.loseNextAppend) {
      this.loseNextAppend = false;
      throw new LinkFailure("unknown", "disk I/O error");
    }
    return kind === "open" ? this.changeOpened(answer as Opened) as WorkerAnswers[Kind] : answer;
  }

  end(): void {
    this.#link.end();
  }
}

async function withFaultyLog(run: (log: FileLog, faults: FaultyLink, clock: SetClock) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const path = `${folder}/log.sqlite`;
    const { link, opened } = await SqliteLink.open({ path, topics });
    const faults = new FaultyLink(link);
    const clock = new SetClock();
    const log = new FileLog({
      path,
      topics,
      clock,
      telemetry,
      link: faults,
      opened,
      closed: () => Promise.resolve(),
    });
    try {
      await run(log, faults, clock);
    } finally {
      await log.close();
    }
  });
}

Deno.test("a record whose outcome was unknown, and which is in the file, is read by tails, and offsets go on after it", () =>
  withFaultyLog(async (log, faults, clock) => {
    const probe = new TailProbe({ log }, { topics: ["chat"] });
    await appendAll({ log }, [textRecord(place, "a")]);
    faults.loseNextAppend = true;
    const [outcome] = await all(log.append([textRecord(place, "b")]));
    assertEquals(outcome, { kind: "unknown", index: 0, message: "disk I/O error" });
    const [refused] = await all(log.append([textRecord(place, "c")]));
    assertEquals(refused?.kind === "rejected" && refused.reason, "unavailable");
    assertEquals((await stateWhen(log, () => true)).reason, "disk I/O error");
    clock.move(1_000);
    await stateWhen(log, ({ available }) => available);
    assertEquals(await appendAll({ log }, [textRecord(place, "d")]), [2]);
    await probe.reached(place, 3);
    assertEquals(texts(probe.records(place)), ["a", "b", "d"]);
    probe.stop();
  }));

Deno.test("a file that comes back with less than it had is another log", () =>
  withFaultyLog(async (log, faults, clock) => {
    const probe = new TailProbe({ log }, { topics: ["chat"] });
    await appendAll({ log }, ["a", "b", "c"].map((text) => textRecord(place, text)));
    await probe.reached(place, 3);
    faults.changeOpened = ({ partitions }) => ({ partitions: partitions.map((part) => ({ ...part, next: 1 })) });
    faults.loseNextAppend = true;
    await all(log.append([textRecord(place, "d")]));
    clock.move(1_000);
    await stateWhen(log, ({ available }) => available);
    await probe.until(() => probe.batches.some(({ lost }) => lost === "log_changed"), "the loss to be told");
    const { from, to } = probe.batches.find(({ lost }) => lost === "log_changed")!;
    assertEquals([from, to], [3, 0]);
    probe.stop();
  }));

Deno.test("a log whose file cannot be opened again tries each second, and says why", () =>
  withFaultyLog(async (log, faults, clock) => {
    faults.loseNextAppend = true;
    await all(log.append([textRecord(place, "a")]));
    faults.changeOpened = () => {
      throw new LinkFailure("disk", "database or disk is full");
    };
    clock.move(1_000);
    await stateWhen(log, ({ reason }) => reason === "database or disk is full");
    faults.changeOpened = (opened) => opened;
    clock.move(1_000);
    await stateWhen(log, ({ available }) => available);
    assertEquals(await appendAll({ log }, [textRecord(place, "b")]), [1]);
  }));
