/** A process that is stopped and goes on, as by SIGSTOP and SIGCONT: nothing of it runs meanwhile, and all that was due runs then, in order. */
import { Observable, type SchedulerAction, type SchedulerLike, type Subscription } from "rxjs";
import type { Log } from "../../../domain/ports/log.ts";
import type { GatewayPorts } from "../../../domain/scene.ts";
import { riggedLog } from "../../../testing/mod.ts";

/** The process of one gateway. */
export class Stoppable {
  #stopped = false;
  #due: (() => void)[] = [];

  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
  }

  goOn(): void {
    this.#stopped = false;
    while (!this.#stopped && this.#due.length > 0) this.#due.shift()!();
  }

  /** Does a work of the process: now, or when it goes on. */
  run(work: () => void): void {
    if (this.#stopped) this.#due.push(work);
    else work();
  }

  /** The ports of a gateway in this process. */
  readonly rig = (ports: GatewayPorts): GatewayPorts => {
    const { log } = ports;
    return { ...ports, clock: { scheduler: this.#scheduler(ports.clock.scheduler) }, log: this.#log(log) };
  };

  #log(log: Log): Log {
    return riggedLog(log, {
      state: this.#held(log.state),
      append: (records) => this.#held(log.append(records)),
      tail: (request) => this.#held(log.tail(request)),
      read: (place, range) => this.#held(log.read(place, range)),
      range: (place) => this.#held(log.range(place)),
    });
  }

  #held<T>(source: Observable<T>): Observable<T> {
    return new Observable((subscriber) =>
      source.subscribe({
        next: (value) => this.run(() => subscriber.next(value)),
        error: (error) => this.run(() => subscriber.error(error)),
        complete: () => this.run(() => subscriber.complete()),
      })
    );
  }

  #scheduler(real: SchedulerLike): SchedulerLike {
    const run = (work: () => void) => this.run(work);
    return {
      now: () => real.now(),
      schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
        const timed = function (this: SchedulerAction<T>, given?: T): void {
          run(() => {
            if (!this.closed) work.call(this, given);
          });
        };
        return real.schedule(timed, delay, state!);
      },
    };
  }
}
