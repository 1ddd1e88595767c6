/** Plain HTTP by hand, as any client of a user would. */
import type { Subscription } from "rxjs";
import { eventSource, type EventSourceOptions, type ServerEvent } from "../../adapters/http/mod.ts";
import { until } from "../contract/transport/until.ts";
import type { Json } from "./json_client.ts";

/** A stream of events that connects again by itself, with everything that came over it. */
export class EventClient implements Disposable {
  readonly events: ServerEvent[] = [];
  readonly interruptions: string[] = [];
  failed: unknown;
  readonly #subscription: Subscription;

  constructor(url: string, options: EventSourceOptions = {}) {
    this.#subscription = eventSource(url, {
      minRetryMs: 50,
      maxRetryMs: 500,
      interrupted: ({ message }) => this.interruptions.push(message),
      ...options,
    }).subscribe({ next: (event) => this.events.push(event), error: (error) => this.failed = error });
  }

  /** The bodies of the events of a name. */
  named(name: string): Json[] {
    return this.events.filter(({ event }) => event === name).map(({ data }) => JSON.parse(data));
  }

  /** The payloads that came, in order. */
  get payloads(): Json[] {
    return this.named("publication").map(({ payload }) => payload);
  }

  /** Resolves when so many publications are here. */
  async got(count: number): Promise<void> {
    await until(`${count} publications are there`, () => this.payloads.length >= count || this.failed !== undefined);
  }

  /** Resolves when the stream is live. */
  async subscribed(times = 1): Promise<void> {
    await until("it is subscribed", () => this.named("subscribed").length >= times || this.failed !== undefined);
  }

  [Symbol.dispose](): void {
    this.#subscription.unsubscribe();
  }
}

/** Publishes JSON; the response is read. */
export async function publishJson(
  http: string,
  channel: string,
  { payload, headers }: { readonly payload: Json; readonly headers?: Record<string, string> },
): Promise<{ readonly status: number; readonly body: Json; readonly headers: Headers }> {
  const response = await fetch(`${http}/publish?channel=${channel}`, {
    method: "POST",
    body: JSON.stringify(payload),
    headers: { "content-type": "application/json", ...headers },
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
