import { assert, assertEquals } from "@std/assert";
import type { BenchResult } from "../../bench/report/result.ts";
import { kafkaTest } from "../kafka/kafka_test_case.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

kafkaTest(
  "bench: a short run drives a real gateway on a real Kafka, loses nothing, and writes what it measured",
  async () => {
    const out = await Deno.makeTempDir({ prefix: "tidegate-bench-" });
    try {
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        // Deno opens /proc to a process that may do all.
        args: [
          ...["run", "--frozen", "--allow-all", "bench/main.ts", "smoke"],
          ...["--servers", "tidegate", "--rounds", "1", "--seconds", "1", "--out", out],
        ],
        cwd: ROOT,
        stdin: "null",
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      const result = JSON.parse(await Deno.readTextFile(`${out}/results.json`)) as BenchResult;
      assertEquals(result.failed, []);
      const [run] = result.runs;
      assert(run && run.operations > 0 && run.latencies!.p50 > 0 && run.cpuSeconds > 0 && run.residentBytes > 0);
      assert(run.expected >= 20 * 100, `${run.expected} deliveries were expected`);
      assertEquals({ missing: run.missing, wrong: run.wrong, ended: run.harness.ended }, {
        missing: 0,
        wrong: 0,
        ended: {},
      });
      assert((await Deno.readTextFile(`${out}/results.md`)).includes("Smoke: 100 records/s to 20 subscribers"));
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  },
);
