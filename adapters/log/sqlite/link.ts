/** The line to the worker that has the file open. */
import type { AnswerMessage, Problem, RequestMessage, WorkerAnswers, WorkerRequests } from "./messages.ts";
import { workerModule } from "./worker_module.ts";

/** A request that failed. */
export class LinkFailure extends Error {
  override readonly name = "LinkFailure";
  readonly problem: Problem;

  constructor(problem: Problem, message: string) {
    super(message);
    this.problem = problem;
  }
}

interface Waiting {
  resolve(answer: WorkerAnswers[keyof WorkerAnswers]): void;
  reject(error: LinkFailure): void;
}

/** Asks the worker, and gets its answers. */
export class SqliteLink {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #ended: LinkFailure | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<AnswerMessage>) => this.#take(data);
    worker.onerror = (event) => {
      // Else it would end this process.
      event.preventDefault();
      this.#end(new LinkFailure("unknown", `the worker ended: ${event.message}`));
    };
  }

  /** Starts a worker and opens a file in it. Rejects with {@linkcode LinkFailure}; the worker is gone then. */
  static async open(ask: WorkerRequests["open"]): Promise<{ link: SqliteLink; opened: WorkerAnswers["open"] }> {
    const module = await workerModule();
    const link = new SqliteLink(new Worker(module.url, { type: "module", name: "tidegate sqlite log" }));
    try {
      return { link, opened: await link.request("open", ask) };
    } catch (error) {
      link.end();
      throw error;
    } finally {
      module.release();
    }
  }

  /** Asks one thing; rejects with {@linkcode LinkFailure}. What is transferred is no longer usable here. */
  request<Kind extends keyof WorkerRequests>(
    kind: Kind,
    ask: WorkerRequests[Kind],
    transfer: Transferable[] = [],
  ): Promise<WorkerAnswers[Kind]> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.#worker.postMessage({ id, kind, ask } as RequestMessage, transfer);
    });
  }

  /** Ends the worker, whatever it does; what was asked is rejected. */
  end(): void {
    this.#end(new LinkFailure("unknown", "the log is closed"));
  }

  #end(failure: LinkFailure): void {
    if (this.#ended) return;
    this.#ended = failure;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(failure);
    this.#waiting.clear();
  }

  #take(message: AnswerMessage): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("answer" in message) waiting?.resolve(message.answer);
    else waiting?.reject(new LinkFailure(message.problem, message.message));
  }
}
