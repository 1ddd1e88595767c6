/** Appends for ever to the log of a file, and prints what was acknowledged: `<partition> <offset> <text>`. */
import { openSqliteLog } from "../../../adapters/log/mod.ts";
import { realClock, silent } from "./kit.ts";

const utf8 = new TextEncoder();
const log = await openSqliteLog({
  path: Deno.args[0]!,
  topics: { chat: 2 },
  clock: realClock,
  telemetry: silent,
});

log.state.subscribe(({ available, reason }) => console.log(available ? "available" : `away ${reason}`));

// Several at a time, so that a kill finds some unwritten, some being written and some not yet answered.
for (let lane = 0; lane < 8; lane++) append(lane, 0);

function append(lane: number, count: number): void {
  const texts = [0, 1, 2].map((part) => `${lane}.${count}.${part}`);
  const records = texts.map((text, index) => ({
    topic: "chat",
    partition: index % 2,
    key: `lane${lane}`,
    value: utf8.encode(text.padEnd(200)),
    headers: {},
  }));
  let rejected = false;
  log.append(records).subscribe({
    next: (outcome) => {
      rejected ||= outcome.kind !== "appended";
      const [told, place] = outcome.kind === "appended"
        ? [`${records[outcome.index]!.partition} ${outcome.offset}`, texts[outcome.index]]
        : [outcome.kind, outcome.kind === "rejected" ? outcome.reason : outcome.message];
      console.log(`${told} ${place}`);
    },
    // After a rejection not at once: the log says when it is worth it.
    complete: () => rejected ? setTimeout(() => append(lane, count + 1), 50) : append(lane, count + 1),
  });
}
