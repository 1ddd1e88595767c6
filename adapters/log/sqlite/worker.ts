/** Worker side: the loop of the only place that touches the file, since SQLite's calls block. */
import { appendRecords } from "./append_records.ts";
import { expireRecords, trimRecords } from "./expire_records.ts";
import type { AnswerMessage, RequestMessage, WorkerAnswers } from "./messages.ts";
import { readRecords } from "./read_records.ts";
import { StoreFile } from "./store_file.ts";
import { messageOf, problemOf, StoreProblem } from "./store_problem.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<RequestMessage>) => void;
  postMessage(message: AnswerMessage, transfer: Transferable[]): void;
};

let opened: StoreFile | undefined;

scope.onmessage = ({ data: request }) => {
  try {
    const answer = carryOut(request);
    scope.postMessage({ id: request.id, answer }, "slab" in answer ? [answer.slab] : []);
  } catch (error) {
    scope.postMessage({ id: request.id, problem: problemOf(error), message: messageOf(error) }, []);
  }
};

function carryOut(request: RequestMessage): WorkerAnswers[keyof WorkerAnswers] {
  switch (request.kind) {
    case "open":
      opened ??= new StoreFile(request.ask.path, request.ask.topics);
      return openFile(opened);
    case "append":
      return appendRecords(file(), request.ask);
    case "read":
      return readRecords(file(), request.ask);
    case "expire":
      return expireRecords(file(), request.ask);
    case "trim":
      return trimRecords(file(), request.ask);
    case "close":
      opened?.close();
      return {};
  }
}

function openFile(found: StoreFile): WorkerAnswers["open"] {
  const holds = found.open();
  found.probe();
  return holds;
}

function file(): StoreFile {
  if (!opened) throw new StoreProblem("disk", "no file was opened");
  return opened;
}
