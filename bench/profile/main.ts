/**
 * `deno task profile cpu|heap PORT [SECONDS]`: where a running gateway's time or memory goes, by function or kind of object. The gateway
 * has to run with `--inspect=127.0.0.1:PORT`. Writes the whole to `profile.cpuprofile` or `profile.heapsnapshot`, for DevTools.
 */
import { type CpuProfile, timeByFunction } from "./cpu_profile.ts";
import { heapByKind, type HeapSnapshot } from "./heap_snapshot.ts";
import { type Inspector, inspector } from "./inspector.ts";

const SHOWN = 40;
/** Microseconds between two samples. */
const INTERVAL = 200;

const [what, port, seconds = "10"] = Deno.args;
if ((what !== "cpu" && what !== "heap") || !(Number(port) > 0) || !(Number(seconds) > 0)) {
  console.error("Usage: deno task profile cpu|heap PORT [SECONDS]");
  Deno.exit(2);
}
const session = await inspector(Number(port));
if (what === "cpu") await cpu(session, Number(seconds));
else await heap(session);
session.close();

async function cpu({ call }: Inspector, duration: number): Promise<void> {
  await call("Profiler.enable");
  await call("Profiler.setSamplingInterval", { interval: INTERVAL });
  await call("Profiler.start");
  await new Promise((resolve) => setTimeout(resolve, duration * 1000));
  const { profile } = await call("Profiler.stop") as { readonly profile: CpuProfile };
  Deno.writeTextFileSync("profile.cpuprofile", JSON.stringify(profile));
  const { self, inclusive } = timeByFunction(profile);
  for (const [title, times] of [["On top", self], ["On the stack", inclusive]] as const) {
    console.log(`\n${title}`);
    for (const [name, part] of times.slice(0, SHOWN)) console.log(`${(100 * part).toFixed(1).padStart(6)}% ${name}`);
  }
}

async function heap({ call, pieces }: Inspector): Promise<void> {
  await call("HeapProfiler.enable");
  await call("HeapProfiler.collectGarbage");
  await call("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  const text = pieces("HeapProfiler.addHeapSnapshotChunk");
  Deno.writeTextFileSync("profile.heapsnapshot", text);
  for (const { kind, count, bytes } of heapByKind(JSON.parse(text) as HeapSnapshot).slice(0, SHOWN)) {
    console.log(`${bytes.toString().padStart(12)} bytes ${count.toString().padStart(9)} ${kind}`);
  }
}
