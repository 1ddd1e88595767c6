import { assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { VirtualTimeScheduler } from "rxjs";
import { Liveness } from "../../../adapters/websocket/liveness.ts";
import { Sweep } from "../../../adapters/transport/sweep.ts";

/** A scheduler that a test moves, with a clock that can jump. */
class Stopwatch extends VirtualTimeScheduler {
  jumped = 0;
  override now = () => this.frame + this.jumped;
  run(ms: number): void {
    this.maxFrames = this.frame + ms;
    this.flush();
    this.frame = this.maxFrames;
  }
}

Deno.test("a sweep ticks a few times within its shortest deadline, and keeps no deadline too early", () => {
  const scheduler = new Stopwatch();
  let ticks = 0;
  const sweep = new Sweep(scheduler, { shortestMs: 400, tick: () => ticks++ });
  scheduler.run(1000);
  assertEquals([ticks, sweep.now], [10, 1000]);
  scheduler.run(50);
  const deadline = sweep.after(400);
  assertGreaterOrEqual(deadline - 1050, 400);
  assertLess(deadline - 1050, 600);
  sweep.stop();
  scheduler.run(1000);
  assertEquals(ticks, 10);
});

Deno.test("its time stands still while the process does, and does not follow a clock that is set", () => {
  const scheduler = new Stopwatch();
  const sweep = new Sweep(scheduler, { shortestMs: 400, tick: () => {} });
  scheduler.run(1000);
  scheduler.jumped = 3_600_000;
  scheduler.run(100);
  assertEquals(sweep.now, 1200);
  scheduler.jumped = -3_600_000;
  scheduler.run(100);
  assertEquals(sweep.now, 1200);
  scheduler.run(100);
  assertEquals(sweep.now, 1300);
  sweep.stop();
});

Deno.test("a client is pinged at its interval, and given up when nothing is heard in time of a ping", () => {
  const scheduler = new Stopwatch();
  const events: string[] = [];
  const client: { liveness?: Liveness } = {};
  let paused = false;
  const sweep = new Sweep(scheduler, {
    shortestMs: 4000,
    tick: () => {
      const verdict = client.liveness?.judge(paused);
      if (verdict) events.push(`${sweep.now / 1000} ${verdict}`);
    },
  });
  client.liveness = new Liveness({ limits: { pingSeconds: 20, pongSeconds: 10 }, sweep }, 0.5);
  scheduler.run(16_000);
  assertEquals(events, ["15 ping"]);
  client.liveness.heard();
  scheduler.run(20_000);
  assertEquals(events, ["15 ping", "35 ping"]);
  paused = true;
  scheduler.run(60_000);
  assertEquals(events, ["15 ping", "35 ping"]);
  paused = false;
  scheduler.run(12_000);
  assertEquals(events, ["15 ping", "35 ping", "97 ping", "108 dead"]);
  sweep.stop();
});
