import type { Sweep } from "../transport/sweep.ts";
import type { WsLimits } from "./ws_options.ts";

/** When a client is pinged, and when it counts as gone. */
export class Liveness {
  readonly #limits: Pick<WsLimits, "pingSeconds" | "pongSeconds">;
  readonly #sweep: Pick<Sweep, "now" | "after">;
  #pingAt: number;
  #heardBy = Infinity;

  /** The first ping comes in the second half of the interval, at `phase` (0 to 1) of it: a crowd that came at once is spread. */
  constructor(shore: { limits: Pick<WsLimits, "pingSeconds" | "pongSeconds">; sweep: Sweep }, phase: number) {
    this.#limits = shore.limits;
    this.#sweep = shore.sweep;
    this.#pingAt = shore.sweep.now + this.#limits.pingSeconds * 1000 * (1 + phase) / 2;
  }

  /** Something came from the client. */
  heard(): void {
    this.#heardBy = Infinity;
  }

  /** What is due now. While reading is paused nothing can be heard: no deadline runs. */
  judge(paused: boolean): "ping" | "dead" | undefined {
    const { now } = this.#sweep;
    if (paused) {
      this.#heardBy = Infinity;
    } else if (now >= this.#heardBy) {
      return "dead";
    } else if (now >= this.#pingAt) {
      this.#pingAt = now + this.#limits.pingSeconds * 1000;
      this.#heardBy = Math.min(this.#heardBy, this.#sweep.after(this.#limits.pongSeconds * 1000));
      return "ping";
    }
    return undefined;
  }
}
