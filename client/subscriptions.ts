/** What a program subscribes to, over all connections. */
import { defer, EMPTY, finalize, type Observable, Subject, throwError } from "rxjs";
import type { ClientFrame } from "../domain/frame.ts";
import type { ErrorJson, PublicationJson, ServerJson, SubscriptionJson } from "../schema/json/server_json.ts";
import type { ChannelEvent } from "./channel_event.ts";
import { type ChannelState, channelState } from "./channel_state.ts";
import { RequestRefused } from "./errors.ts";
import type { ClientSettings } from "./options.ts";
import { publicationOf } from "./publication.ts";

/** What stands before a publication in its frame. */
const FRAME = '{"publication":';
/** How many cursors the first message of the first connection holds: it is not known yet which channels are the user's own. */
const GUESSES = 100;
/** The least wait before a subscribe that was refused for now is tried again, in milliseconds. */
const SHORTEST_WAIT_MS = 500;

/** The subscriptions of one client: each channel is subscribed to once, however many listen. */
export class Subscriptions {
  readonly #settings: Pick<ClientSettings, "scheduler" | "random">;
  readonly #nextId: () => number;
  readonly #channels = new Map<string, ChannelState>();
  /** The channels that the gateway subscribes this user to by itself; known after the first `connected`. */
  #own: ReadonlySet<string> | undefined;
  readonly #ownCursors: Map<string, string>;
  readonly #ownEvents = new Subject<ChannelEvent>();
  #send: ((frames: readonly ClientFrame[]) => void) | undefined;
  #ended: { readonly error: Error | undefined } | undefined;

  constructor(settings: Pick<ClientSettings, "scheduler" | "random" | "since">, nextId: () => number) {
    this.#settings = settings;
    this.#ownCursors = new Map(Object.entries(settings.since));
    this.#nextId = nextId;
  }

  /** What happens on the channels that the gateway subscribes this user to by itself. */
  get own(): Observable<ChannelEvent> {
    return this.#ownEvents.asObservable();
  }

  /** Subscribes to a channel as long as somebody listens. `since` counts where nobody listened before. */
  listen(name: string, since: string | undefined): Observable<ChannelEvent> {
    return defer(() => {
      const error = this.#ended?.error;
      if (this.#ended) return error ? throwError(() => error) : EMPTY;
      const state = this.#enter(name, since);
      if (typeof state === "string") return throwError(() => new TypeError(state));
      return state.events.pipe(finalize(() => this.#exit(state)));
    });
  }

  /** Whether a channel is live already: who listens to it now gets no event that says so. */
  isLive(name: string): boolean {
    return this.#channels.get(name)?.phase === "live" || (this.#own?.has(name) ?? false);
  }

  /** The cursors and subscribe requests of a new connection. */
  hello(): { readonly since: Readonly<Record<string, string>>; readonly frames: readonly ClientFrame[] } {
    const states = [...this.#channels.values()].filter(({ observers }) => observers > 0);
    const guesses = this.#own ? [] : states.filter(({ since }) => since !== undefined).slice(0, GUESSES);
    const cursors = [...this.#ownCursors, ...guesses.map(({ name, since }) => [name, since!])];
    const frames = states.filter(({ name }) => !this.#own?.has(name)).map((state) => this.#ask(state));
    return { since: Object.fromEntries(cursors), frames };
  }

  /** The gateway has said who the client is. */
  connected(subscriptions: readonly SubscriptionJson[], send: (frames: readonly ClientFrame[]) => void): void {
    this.#send = send;
    this.#own = new Set(subscriptions.map(({ channel }) => channel));
    for (const subscription of subscriptions) this.#subscribed(subscription);
    // What was entered since the first message went.
    const late = [...this.#channels.values()].filter(({ phase, observers }) => phase === "idle" && observers > 0);
    if (late.length > 0) send(late.map((state) => this.#ask(state)));
  }

  /** The connection is gone. */
  lost(): void {
    this.#send = undefined;
    for (const state of [...this.#channels.values()]) {
      state.phase = "idle";
      state.retry?.unsubscribe();
      if (state.observers === 0) this.#channels.delete(state.name);
    }
  }

  /** Ends every subscription. */
  end(error: Error | undefined): void {
    this.lost();
    this.#ended = { error };
    const all = [...this.#channels.values()];
    this.#channels.clear();
    for (const { events } of all) error ? events.error(error) : events.complete();
    if (error) this.#ownEvents.error(error);
    else this.#ownEvents.complete();
  }

  /** Takes a frame that is about subscriptions; false where it is not. */
  take(frame: ServerJson, source: string): boolean {
    if ("publication" in frame) this.#publication(frame.publication, source);
    else if ("subscribed" in frame) this.#subscribed(frame.subscribed);
    else if ("joined" in frame) this.#tell({ kind: "joined", ...frame.joined });
    else if ("left" in frame) this.#tell({ kind: "left", ...frame.left });
    else if ("gap" in frame) this.#tell({ kind: "gap", ...frame.gap });
    else if ("skipped" in frame) this.#tell({ kind: "skipped", ...frame.skipped });
    else if ("unsubscribed" in frame) this.#unsubscribed(frame.unsubscribed, frame.id);
    else if ("error" in frame) return this.#refused(frame.error, frame.id);
    else return false;
    return true;
  }

  #enter(name: string, since: string | undefined): ChannelState | string {
    const known = this.#channels.get(name);
    const isOwn = this.#own?.has(name) ?? false;
    if (since !== undefined && (isOwn || (known && known.observers > 0))) {
      const wayOut = isOwn ? "give the cursor as the option since of connect" : "end that subscription first";
      return `Cannot subscribe to ${name} since a cursor: this client is subscribed to it already; ${wayOut}`;
    }
    if (known && known.observers > 0) {
      known.observers++;
      return known;
    }
    const state = known ?? channelState(name);
    state.observers = 1;
    state.since = since;
    this.#channels.set(name, state);
    if (isOwn) state.phase = "live";
    else if (this.#send && state.phase === "idle") this.#send([this.#ask(state)]);
    return state;
  }

  #exit(state: ChannelState): void {
    // Another one of the name may have taken its place since.
    if (--state.observers > 0 || this.#channels.get(state.name) !== state) return;
    state.retry?.unsubscribe();
    const { name, phase } = state;
    if (!this.#send || this.#own?.has(name) || phase === "idle") this.#channels.delete(name);
    else if (phase !== "leaving") {
      state.phase = "leaving";
      state.seen.clear();
      this.#send([{ type: "unsubscribe", id: state.request = this.#nextId(), channel: name }]);
    }
  }

  #ask(state: ChannelState): ClientFrame {
    state.phase = "asked";
    state.request = this.#nextId();
    const { name, since } = state;
    return { type: "subscribe", id: state.request, channel: name, ...(since === undefined ? {} : { since }) };
  }

  #publication(json: PublicationJson, frame: string): void {
    const source = frame.slice(FRAME.length, -1);
    const { channel, cursor, sender = "", messageId } = json;
    const state = this.#channels.get(channel);
    if (this.#own?.has(channel)) this.#ownCursors.set(channel, cursor);
    if (!state || state.phase === "leaving") {
      if (this.#own?.has(channel)) {
        this.#ownEvents.next({ kind: "publication", publication: publicationOf(json, source) });
      }
      return;
    }
    state.since = cursor;
    if (messageId !== undefined && state.seen.repeats(`${sender} ${messageId}`)) return;
    this.#tell({ kind: "publication", publication: publicationOf(json, source) });
  }

  #subscribed({ channel, cursor, recovered, reason }: SubscriptionJson): void {
    const state = this.#channels.get(channel);
    if (this.#own?.has(channel)) this.#ownCursors.set(channel, cursor);
    if (state) {
      if (state.phase === "leaving") return;
      state.phase = "live";
      state.since = cursor;
    }
    this.#tell({ kind: "subscribed", channel, cursor, recovered, ...(reason === undefined ? {} : { reason }) });
  }

  #tell(event: ChannelEvent): void {
    const channel = event.kind === "publication" ? event.publication.channel : event.channel;
    if (event.kind === "gap" || event.kind === "skipped") {
      const state = this.#channels.get(channel);
      if (state) state.since = event.cursor;
    }
    this.#channels.get(channel)?.events.next(event);
    if (this.#own?.has(channel)) this.#ownEvents.next(event);
  }

  #unsubscribed({ channel, reason }: { channel: string; reason?: string }, id: number | undefined): void {
    const state = this.#channels.get(channel);
    if (!state) return;
    if (state.phase === "leaving") {
      if (id !== state.request) return;
      state.phase = "idle";
      if (state.observers === 0) this.#channels.delete(channel);
      else this.#send?.([this.#ask(state)]);
    } else if (id === undefined) {
      this.#fail(
        state,
        new RequestRefused({
          code: "unsubscribed",
          message: `The gateway ended the subscription of ${channel}: ${reason}`,
        }),
      );
    }
  }

  #refused(error: ErrorJson, id: number | undefined): boolean {
    const state = id === undefined ? undefined : [...this.#channels.values()].find(({ request }) => request === id);
    if (!state || (state.phase !== "asked" && state.phase !== "leaving")) return false;
    if (state.phase === "leaving") this.#unsubscribed({ channel: state.name }, id);
    // The gateway subscribes the user's own channels by itself.
    else if (error.code === "already_subscribed") state.phase = "live";
    else if (error.retry === "wait" || error.retry === "retry") this.#later(state, error);
    else this.#fail(state, new RequestRefused(error));
    return true;
  }

  #later(state: ChannelState, { retryAfterMs }: ErrorJson): void {
    const { scheduler, random } = this.#settings;
    state.phase = "idle";
    const waitMs = Math.max(retryAfterMs, SHORTEST_WAIT_MS) * (1 + random());
    state.retry = scheduler.schedule(() => {
      if (state.phase === "idle" && state.observers > 0) this.#send?.([this.#ask(state)]);
    }, waitMs);
  }

  #fail(state: ChannelState, error: Error): void {
    this.#channels.delete(state.name);
    state.events.error(error);
  }
}
