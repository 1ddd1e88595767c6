import { assert, assertEquals, assertThrows } from "@std/assert";
import { appendRecords } from "../../../adapters/log/sqlite/append_records.ts";
import { writeSlab } from "../../../adapters/log/sqlite/record_slab.ts";
import { type Part, StoreFile } from "../../../adapters/log/sqlite/store_file.ts";
import { problemOf, StoreProblem } from "../../../adapters/log/sqlite/store_problem.ts";
import type { Opened } from "../../../adapters/log/sqlite/messages.ts";
import { textRecord } from "../../contract/log/scenario.ts";
import { inFolder } from "./kit.ts";

/** A file on a disk that fails: before a change was written, or after it. */
class FailingFile extends StoreFile {
  failing: "no" | "before" | "after" = "no";
  reopens = true;

  override open(): Opened {
    if (!this.reopens) throw new Error("unable to open database file");
    this.failing = "no";
    return super.open();
  }

  override change(change: () => Iterable<Part>): void {
    if (this.failing === "before") throw new Error("disk I/O error");
    super.change(change);
    if (this.failing === "after") throw new Error("disk I/O error");
  }
}

async function withFile(run: (file: FailingFile, append: () => readonly (readonly number[])[]) => void): Promise<void> {
  await inFolder((folder) => {
    const file = new FailingFile(`${folder}/log.sqlite`, { chat: 1 });
    const [part] = file.open().partitions;
    const append = () => {
      const slab = writeSlab([{ ref: part!.ref, record: textRecord({ topic: "chat", partition: 0 }, "x") }]);
      return appendRecords(file, { slab, time: 1 }).firsts;
    };
    run(file, append);
    file.close();
    return Promise.resolve();
  });
}

Deno.test("an append that failed before it was written is certainly not there", () =>
  withFile((file, append) => {
    assertEquals(append(), [[1, 0]]);
    file.failing = "before";
    const error = assertThrows(append);
    assertEquals(problemOf(error), "disk");
    assertEquals(append(), [[1, 1]]);
  }));

Deno.test("an append that failed after it was written is unknown, and the next one comes after it", () =>
  withFile((file, append) => {
    file.failing = "after";
    const error = assertThrows(append);
    assert(error instanceof StoreProblem);
    assertEquals([error.problem, error.message], ["unknown", "disk I/O error"]);
    assertEquals(append(), [[1, 1]]);
  }));

Deno.test("an append that failed is unknown where the file cannot be looked at", () =>
  withFile((file, append) => {
    append();
    file.failing = "before";
    file.reopens = false;
    assertEquals(problemOf(assertThrows(append)), "unknown");
    file.reopens = true;
    file.open();
  }));

Deno.test("a record for a partition that the file has not is refused, and changes nothing", () =>
  withFile((file, append) => {
    const slab = writeSlab([1, 99].map((ref) => ({ ref, record: textRecord({ topic: "chat", partition: 0 }, "x") })));
    assertThrows(() => appendRecords(file, { slab, time: 1 }), StoreProblem, "id 99");
    assertEquals(append(), [[1, 0]]);
  }));
