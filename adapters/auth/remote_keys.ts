/** The keys that an identity provider publishes: a JWK set behind a URL. */
import type { JWK } from "jose";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import { isObject } from "./key_file.ts";
import { type KeyHint, KeysUnavailable, publicKey, selectKey, type TokenKey, type TokenKeys } from "./token_key.ts";

/** Where the keys are, and what they are fetched with. */
export interface RemoteKeysOptions {
  /** `https:`, or `http:` of this machine. Nothing else is ever fetched: redirects are refused. */
  readonly url: string;
  /** By whose time keys grow old. */
  readonly clock: Clock;
  /** Where it is told that they cannot be fetched. */
  readonly telemetry: Telemetry;
}

/** However many tokens name unknown keys, the set is fetched this seldom, in milliseconds. */
const FETCH_EVERY_MS = 30_000;
/** After so long a set is fetched anew, so that keys that were taken out are not taken for ever. */
const STALE_MS = 10 * 60_000;
const FETCH_MS = 5_000;
const MOST_BYTES = 256 * 1024;
const MOST_KEYS = 100;

/**
 * Keys behind a URL. They are fetched when the first token comes ({@linkcode RemoteKeys.prefetch} does it before), when a token names one that
 * is not known, and in the background when they are old: once in 30 s at most. While that fails, the keys of before go on.
 */
export class RemoteKeys implements TokenKeys {
  readonly #options: RemoteKeysOptions;
  #keys: readonly TokenKey[] | undefined;
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #fetching: Promise<void> | undefined;

  /** Fetches nothing yet. */
  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  /** Fetches the keys, if that is not done already. Resolves whether there are any; never rejects. */
  async prefetch(): Promise<boolean> {
    if (this.#keys === undefined) await this.#refetch();
    return this.#keys !== undefined;
  }

  /**
   * The key for a token; `undefined` where the set has none.
   *
   * @throws {KeysUnavailable} where the set was never fetched
   */
  async find(hint: KeyHint): Promise<TokenKey | undefined> {
    const known = selectKey(this.#keys ?? [], hint);
    if (known) {
      if (this.#now - this.#fetchedAt > STALE_MS) void this.#refetch();
      return known;
    }
    await this.#refetch();
    if (!this.#keys) throw new KeysUnavailable("the keys of tokens cannot be fetched");
    return selectKey(this.#keys, hint);
  }

  get #now(): number {
    return this.#options.clock.scheduler.now();
  }

  /** Fetches, or waits for the fetch that is under way; does nothing shortly after one. Never rejects. */
  #refetch(): Promise<void> {
    if (this.#fetching) return this.#fetching;
    // A clock that was set back must not keep it from fetching for long.
    const since = Math.abs(this.#now - this.#triedAt);
    if (since < FETCH_EVERY_MS) return Promise.resolve();
    this.#triedAt = this.#now;
    return this.#fetching = this.#fetch().finally(() => this.#fetching = undefined);
  }

  async #fetch(): Promise<void> {
    const { url, telemetry } = this.#options;
    try {
      const keys = usableKeys(await fetchJson(url));
      if (keys.length === 0) throw new Error("it holds no public key that tokens can be verified with");
      this.#keys = keys;
      this.#fetchedAt = this.#now;
    } catch (error) {
      telemetry.note("warn", "Cannot fetch the keys of tokens", {
        url,
        reason: error instanceof Error ? error.message : String(error),
        until: this.#keys ? "the keys of before go on" : "tokens cannot be judged",
      });
    }
  }
}

/** A set holds keys for other purposes, too: those are left out. */
function usableKeys(set: unknown): readonly TokenKey[] {
  if (!isObject(set) || !Array.isArray(set.keys)) throw new Error("expected a JWK set");
  return set.keys.slice(0, MOST_KEYS).flatMap((jwk: unknown) => {
    try {
      return isObject(jwk) ? [publicKey(jwk as JWK)] : [];
    } catch {
      return [];
    }
  });
}

async function fetchJson(url: string): Promise<unknown> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(new Error(`no answer within ${FETCH_MS / 1000} s`)), FETCH_MS);
  try {
    const response = await fetch(url, {
      signal: giveUp.signal,
      redirect: "error",
      headers: { accept: "application/jwk-set+json, application/json" },
    });
    const text = await boundedText(response);
    if (response.status !== 200) throw new Error(`it was answered with HTTP ${response.status}`);
    return JSON.parse(text);
  } finally {
    clearTimeout(timer);
  }
}

async function boundedText({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the body.
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    pieces.push(piece);
  }
  return await new Blob(pieces as BlobPart[]).text();
}
