/** How much a connection and a user may ask for. */
import { type Rate, TokenBucket } from "./token_bucket.ts";

/** How many requests a second, over time; everything that a client sends is a request. */
export interface RateSettings {
  /** Of one connection. */
  readonly requests: number;
  /** Of one connection: those that publish. */
  readonly publishes: number;
  /** Of one connection: those that make the gateway read the log, `subscribe` and `history`. */
  readonly subscribes: number;
  /** Of all connections of one user, or of what pays in its place, on this node. */
  readonly userRequests: number;
  /** Of all connections of one user, on this node: those that publish. */
  readonly userPublishes: number;
  /** What a client did not use is kept for so many seconds, and may come at once. */
  readonly burstSeconds: number;
}

/** What a request costs besides itself. */
export type Cost = "publish" | "subscribe" | "nothing";

/** Refused requests of a connection, over time: more of them close it. Its requests in flight may be refused again and again. */
const REFUSALS: Rate = { perSecond: 512, burst: 2_048 };

/** How many payers that were quiet are looked at for each request: enough to forget them faster than they come. */
const LOOKED_AT = 2;

interface Buckets {
  readonly requests: TokenBucket;
  readonly publishes: TokenBucket;
}

/** The buckets of one connection. */
export interface ConnectionRates extends Buckets {
  readonly subscribes: TokenBucket;
  readonly refusals: TokenBucket;
}

/** The rates of a gateway's connections and users. */
export class RateLimits {
  readonly #settings: RateSettings;
  readonly #payers = new Map<string, Buckets>();

  constructor(settings: RateSettings) {
    this.#settings = settings;
  }

  /** How many payers are remembered: those who asked for something lately. */
  get size(): number {
    return this.#payers.size;
  }

  /** The buckets of a new connection. */
  connection(now: number): ConnectionRates {
    const { requests, publishes, subscribes } = this.#settings;
    return {
      requests: new TokenBucket(this.#rate(requests), now),
      publishes: new TokenBucket(this.#rate(publishes), now),
      subscribes: new TokenBucket(this.#rate(subscribes), now),
      refusals: new TokenBucket(REFUSALS, now),
    };
  }

  /**
   * Takes what a request costs, from the connection and from who pays for it, its user or what stands for one; 0 where all of it is there. Else nothing is taken, and it is how long
   * to wait, in milliseconds.
   */
  take(connection: Omit<ConnectionRates, "refusals">, request: { payer: string; cost: Cost; now: number }): number {
    const { payer, cost, now } = request;
    const own = this.#payer(payer, now);
    const special = cost === "publish"
      ? connection.publishes
      : cost === "subscribe"
      ? connection.subscribes
      : undefined;
    const wait = Math.max(
      connection.requests.wait(now),
      own.requests.wait(now),
      special?.wait(now) ?? 0,
      cost === "publish" ? own.publishes.wait(now) : 0,
    );
    if (wait > 0) return wait;
    connection.requests.spend();
    own.requests.spend();
    special?.spend();
    if (cost === "publish") own.publishes.spend();
    return 0;
  }

  #payer(payer: string, now: number): Buckets {
    const known = this.#payers.get(payer);
    if (known) return known;
    this.#forget(now);
    const { userRequests, userPublishes } = this.#settings;
    const made: Buckets = {
      requests: new TokenBucket(this.#rate(userRequests), now),
      publishes: new TokenBucket(this.#rate(userPublishes), now),
    };
    this.#payers.set(payer, made);
    return made;
  }

  /** Forgets payers whose buckets are full, which is what new ones are; the others go to the end of the line. */
  #forget(now: number): void {
    let looked = 0;
    for (const [payer, buckets] of this.#payers) {
      if (looked++ === LOOKED_AT) return;
      this.#payers.delete(payer);
      if (!buckets.requests.isFull(now) || !buckets.publishes.isFull(now)) this.#payers.set(payer, buckets);
    }
  }

  #rate(perSecond: number): Rate {
    return { perSecond, burst: Math.max(1, perSecond * this.#settings.burstSeconds) };
  }
}
