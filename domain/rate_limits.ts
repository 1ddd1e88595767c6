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

/** The buckets of one connection: each absent before it is needed, which is as good as full. */
export class ConnectionRates {
  requests: TokenBucket | undefined;
  publishes: TokenBucket | undefined;
  subscribes: TokenBucket | undefined;
  refusals: TokenBucket | undefined;
}

/** The rates of a gateway's connections and users. */
export class RateLimits {
  readonly #rates: Readonly<Record<Exclude<keyof RateSettings, "burstSeconds">, Rate>>;
  readonly #payers = new Map<string, Buckets>();

  constructor(settings: RateSettings) {
    const rate = (perSecond: number): Rate => ({
      perSecond,
      burst: Math.max(1, perSecond * settings.burstSeconds),
    });
    this.#rates = {
      requests: rate(settings.requests),
      publishes: rate(settings.publishes),
      subscribes: rate(settings.subscribes),
      userRequests: rate(settings.userRequests),
      userPublishes: rate(settings.userPublishes),
    };
  }

  /** How many payers are remembered: those who asked for something lately. */
  get size(): number {
    return this.#payers.size;
  }

  /**
   * Takes what a request costs, from the connection and from who pays for it, its user or what stands for one; 0 where all of it is there. Else nothing is taken, and it is how long
   * to wait, in milliseconds.
   */
  take(connection: ConnectionRates, request: { payer: string; cost: Cost; now: number }): number {
    const { payer, cost, now } = request;
    const own = this.#payer(payer, now);
    const { requests, publishes, subscribes } = this.#rates;
    const all = connection.requests ??= new TokenBucket(requests, now);
    const special = cost === "publish"
      ? connection.publishes ??= new TokenBucket(publishes, now)
      : cost === "subscribe"
      ? connection.subscribes ??= new TokenBucket(subscribes, now)
      : undefined;
    const wait = Math.max(
      all.wait(now),
      own.requests.wait(now),
      special?.wait(now) ?? 0,
      cost === "publish" ? own.publishes.wait(now) : 0,
    );
    if (wait > 0) return wait;
    all.spend();
    own.requests.spend();
    special?.spend();
    if (cost === "publish") own.publishes.spend();
    return 0;
  }

  /** Counts a refusal of a connection's request; false where there were too many of them. */
  refuse(connection: ConnectionRates, now: number): boolean {
    return (connection.refusals ??= new TokenBucket(REFUSALS, now)).take(now);
  }

  #payer(payer: string, now: number): Buckets {
    const known = this.#payers.get(payer);
    if (known) return known;
    this.#forget(now);
    const { userRequests, userPublishes } = this.#rates;
    const made: Buckets = {
      requests: new TokenBucket(userRequests, now),
      publishes: new TokenBucket(userPublishes, now),
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
}
