/** Looks back over 8,000 records of 100 kB of one channel, for three of them. Run in a heap that cannot hold them all. */
import { map } from "rxjs";
import type { Batch } from "../../domain/ports/log.ts";
import { riggedLog, testGateway } from "../../testing/mod.ts";

const value = new Uint8Array(100_000).fill(0x61);
using bench = testGateway({
  routes: [{ channel: "chat:{room}", topic: "chat", payload: "text" }],
  topics: { chat: 1 },
  rig: (ports) => ({
    ...ports,
    log: riggedLog(ports.log, {
      read: (place, range) =>
        ports.log.read(place, range).pipe(
          map((batch): Batch => ({ ...batch, records: batch.records.map((record) => ({ ...record, value })) })),
        ),
    }),
  }),
});
const record = (key: string) => ({ topic: "chat", partition: 0, key, value: new Uint8Array(1), headers: {} });
for (const key of ["dense", "other"]) {
  bench.log.append(Array.from({ length: 8_000 }, () => record(key))).subscribe();
  bench.settle();
}
const ann = bench.connect("ann");
ann.send({ type: "history", id: 1, channel: "chat:dense", limit: 3 });
bench.settle();
console.log(`${ann.last("history")?.publications.length} publications`);
