import { assertEquals, assertStringIncludes } from "@std/assert";
import { VirtualTimeScheduler } from "rxjs";
import { watchMemory } from "../../../adapters/telemetry/mod.ts";

const MIB = 1024 * 1024;

function watched(limitBytes?: number) {
  const scheduler = new VirtualTimeScheduler();
  const usage = { rss: 0, heapUsed: 0 };
  const changes: (string | undefined)[] = [];
  const watch = watchMemory({
    ...(limitBytes === undefined ? {} : { limitBytes }),
    heapLimitBytes: 1_000 * MIB,
    usage: () => usage,
    scheduler,
    changed: (problem) => changes.push(problem),
  });
  const use = (bytes: Partial<typeof usage>) => {
    Object.assign(usage, bytes);
    scheduler.maxFrames = scheduler.frame + 500;
    scheduler.flush();
    return watch.problem();
  };
  return { use, changes, watch };
}

Deno.test("memory watch: over the limit there is no room, and again only well below it", () => {
  const { use, changes } = watched(500 * MIB);
  assertEquals(use({ rss: 500 * MIB }), undefined);
  assertEquals(use({ rss: 501 * MIB }), "the process has 501 MiB, its limit is 500");
  assertStringIncludes(use({ rss: 460 * MIB })!, "460 MiB");
  assertEquals(use({ rss: 450 * MIB }), undefined);
  assertEquals(changes, ["the process has 501 MiB, its limit is 500", undefined]);
});

Deno.test("memory watch: objects are held below what ends the process, whatever its limit", () => {
  for (const limit of [undefined, 10_000 * MIB]) {
    const { use } = watched(limit);
    assertEquals(use({ rss: 900 * MIB, heapUsed: 849 * MIB }), undefined);
    assertStringIncludes(use({ heapUsed: 851 * MIB })!, "851 MiB of the 1000");
    assertStringIncludes(use({ heapUsed: 800 * MIB })!, "800 MiB");
    assertEquals(use({ heapUsed: 760 * MIB }), undefined);
  }
});

Deno.test("memory watch: a stopped one looks no more", () => {
  const { use, changes, watch } = watched(500 * MIB);
  watch.stop();
  assertEquals(use({ rss: 900 * MIB }), undefined);
  assertEquals(changes, []);
});
