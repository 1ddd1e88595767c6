import { assertEquals } from "@std/assert";
import { outbox } from "../../bench/load/outbox.ts";

/** A connection on loopback, and its other end. */
async function connected() {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  const near = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  return { near, far: await accepting };
}

Deno.test("bench outbox: frames arrive whole and in order, however many wait and however large they are", async () => {
  const { near, far } = await connected();
  const failures: unknown[] = [];
  const write = outbox(near, (error) => failures.push(error));
  const frames = Array.from({ length: 40 }, (_, at) => new Uint8Array(at % 3 === 0 ? 300_000 : 5).fill(at));
  for (const frame of frames) write(frame);
  const expected = frames.reduce((sum, { length }) => sum + length, 0);
  const runs: [number, number][] = [];
  const bytes = new Uint8Array(64 * 1024);
  for (let got = 0; got < expected;) {
    const count = (await far.read(bytes))!;
    got += count;
    for (const byte of bytes.subarray(0, count)) {
      if (runs.at(-1)?.[0] === byte) runs.at(-1)![1]++;
      else runs.push([byte, 1]);
    }
  }
  near.close();
  far.close();
  assertEquals(runs, frames.map((frame, at) => [at, frame.length]));
  assertEquals(failures, []);
});

Deno.test("bench outbox: a connection that takes no more is told of once", async () => {
  const { near, far } = await connected();
  const failed = Promise.withResolvers<unknown>();
  let failures = 0;
  const write = outbox(near, (error) => {
    failures++;
    failed.resolve(error);
  });
  near.close();
  far.close();
  write(new Uint8Array(5));
  await failed.promise;
  write(new Uint8Array(5));
  assertEquals(failures, 1);
});
