/** New tokens for connections that last longer than their tokens. */
import type { Subscription } from "rxjs";
import type { ClientSettings } from "./options.ts";

/** A token is replaced when this part of its time is left, but not less than so many milliseconds before its end. */
const LEFT = { part: 0.1, leastMs: 10_000 };

/** Longer waits are not kept by timers. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Fetches a new token before the one of the connection ends, and goes on with it. Where it cannot, the gateway ends the connection, and the next one begins with a new token. */
export class TokenRefresh {
  readonly #settings: Pick<ClientSettings, "scheduler" | "token">;
  readonly #refresh: (token: string) => Promise<unknown>;
  #wait: Subscription | undefined;

  /** @param refresh gives the gateway a token; rejects where it does not take it */
  constructor(
    settings: Pick<ClientSettings, "scheduler" | "token">,
    refresh: (token: string) => Promise<unknown>,
  ) {
    this.#settings = settings;
    this.#refresh = refresh;
  }

  /** The connection goes by a token from now on; `undefined`: by none. */
  goesBy(token: string | undefined): void {
    this.stop();
    const { scheduler, token: source } = this.#settings;
    const endsAt = token === undefined ? undefined : expiryOf(token);
    if (endsAt === undefined || typeof source !== "function") return;
    const leftMs = endsAt - scheduler.now();
    const waitMs = leftMs - Math.max(LEFT.leastMs, leftMs * LEFT.part);
    if (waitMs <= 0 || waitMs > LONGEST_WAIT_MS) return;
    this.#wait = scheduler.schedule(() => this.#replace(source), waitMs);
  }

  /** The connection has ended. */
  stop(): void {
    this.#wait?.unsubscribe();
    this.#wait = undefined;
  }

  #replace(source: () => string | Promise<string>): void {
    const wait = this.#wait;
    Promise.try(source).then(async (token) => {
      // The connection may have ended meanwhile, or another one begun.
      if (this.#wait !== wait) return;
      await this.#refresh(token);
      if (this.#wait === wait) this.goesBy(token);
    }).catch(() => {});
  }
}

/** When a JSON Web Token ends, in milliseconds since 1970; `undefined` where it does not say so, or is something else. */
export function expiryOf(token: string): number | undefined {
  try {
    const claims = token.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/");
    const { exp } = JSON.parse(atob(claims));
    return typeof exp === "number" ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
