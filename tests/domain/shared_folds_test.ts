import { assertEquals } from "@std/assert";
import type { ReadRange } from "../../domain/ports/log.ts";
import { riggedLog, testGateway } from "../../testing/mod.ts";

const SETTINGS = { duplicates: { offsets: 10, ms: 1e9 } };

Deno.test("many who come back to a node after its restart cost one fold of the window, and get no duplicate", () => {
  using first = testGateway({ topics: { chat: 1, direct: 1 }, settings: SETTINGS });
  const bob = first.subscriber("bob", "chat:lobby");
  for (let n = 0; n < 40; n++) bob.publishJson("chat:lobby", `${n}`);
  // Written twice, as a gateway that lost its answer does.
  const twice = first.records("chat").at(35)!;
  first.log.append([{ ...twice }]).subscribe();
  for (let n = 40; n < 60; n++) bob.publishJson("chat:lobby", `${n}`);
  const cursors = bob.publications.map(({ cursor }) => cursor);

  const reads: ReadRange[] = [];
  using restarted = testGateway({
    beside: first,
    name: "restarted",
    settings: SETTINGS,
    rig: (ports) => ({
      ...ports,
      log: riggedLog(ports.log, { read: (at, range) => (reads.push(range), ports.log.read(at, range)) }),
    }),
  });
  const expected = (after: number) => Array.from({ length: 59 - after }, (_, at) => `${after + 1 + at}`);
  const back = (after: number, user: string) => {
    const client = restarted.subscriber(user, "chat:lobby", { since: cursors[after]! });
    assertEquals([client.texts, client.last("subscribed")?.recovered], [expected(after), true]);
  };
  for (let n = 0; n < 20; n++) back(30 + (n % 5), `ann${n}`);
  const folds = () => reads.filter(({ from, to }) => to - from > 1 && from < 31).length;
  assertEquals(folds(), 1);
  // Farther back: only what is before is folded.
  back(5, "carl");
  assertEquals(reads.filter(({ from, to }) => to === 31 && from < 30).map(({ from }) => from), [0]);
  back(5, "dora");
});
