/** The connections of a client, one after another. */
import { BehaviorSubject, type Subscription } from "rxjs";
import type { ConnectedJson } from "../schema/json/server_json.ts";
import { ClientClosed } from "./errors.ts";
import { Link, type LinkEnding, type LinkListener } from "./link.ts";
import type { ClientSettings } from "./options.ts";
import { retryWait } from "./retry_wait.ts";
import type { ConnectionState } from "./state.ts";

/** Who is told of what comes and goes. */
export interface Passenger extends LinkListener {
  /** Nothing comes any more. */
  ended(error: ClientClosed): void;
}

/** Keeps a connection: makes it, and makes it again with full jitter, until it is closed or the gateway refuses. */
export class Connection {
  readonly state: BehaviorSubject<ConnectionState> = new BehaviorSubject<ConnectionState>({ kind: "connecting" });
  readonly #settings: ClientSettings;
  readonly #passenger: Passenger;
  #link: Link | undefined;
  #token: string | undefined;
  #failures = 0;
  /** What a draining gateway asked for, in milliseconds. */
  #reconnectAfterMs: number | undefined;
  #wait: Subscription | undefined;
  readonly #online = () => {
    if (this.#wait) this.#connect();
  };

  constructor(settings: ClientSettings, passenger: Passenger) {
    this.#settings = settings;
    this.#passenger = passenger;
  }

  /** Makes the first connection. */
  open(): void {
    // A browser that has its network again need not wait.
    globalThis.addEventListener?.("online", this.#online);
    this.#connect();
  }

  /** The link, while there is one. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** The token that the newest connection began with. */
  get token(): string | undefined {
    return this.#token;
  }

  /** The gateway has said who the client is. */
  connected({ user, session, node, maxFrameBytes }: ConnectedJson): void {
    this.#failures = 0;
    this.#reconnectAfterMs = undefined;
    this.state.next({ kind: "connected", user, session, node, maxFrameBytes });
  }

  /** The gateway will close soon, and asks to wait so long before the next connection, in milliseconds. */
  draining(reconnectAfterMs: number): void {
    this.#reconnectAfterMs = reconnectAfterMs;
  }

  /** Ends for good. A second call is ignored. */
  end(error: ClientClosed): void {
    if (this.state.value.kind === "closed") return;
    globalThis.removeEventListener?.("online", this.#online);
    this.#wait?.unsubscribe();
    this.#link?.close();
    this.#link = undefined;
    this.state.next({ kind: "closed", error });
    this.#passenger.ended(error);
    this.state.complete();
  }

  #connect(): void {
    this.#wait?.unsubscribe();
    this.#wait = undefined;
    this.state.next({ kind: "connecting" });
    const { token } = this.#settings;
    if (typeof token !== "function") return this.#start(token);
    Promise.try(token).then((fetched) => {
      if (this.state.value.kind === "connecting") this.#start(fetched);
    }).catch((error) => {
      if (this.state.value.kind !== "connecting") return;
      this.#lost({
        code: 1006,
        message: `Cannot get a token: ${error instanceof Error ? error.message : error}`,
        retry: true,
      });
    });
  }

  #start(token: string | undefined): void {
    this.#token = token;
    this.#link = new Link(this.#settings, {
      token,
      listener: {
        hello: () => this.#passenger.hello(),
        received: (received) => this.#passenger.received(received),
        lost: (ending) => this.#lost(ending),
      },
    });
  }

  #lost(ending: LinkEnding): void {
    this.#link = undefined;
    this.#passenger.lost(ending);
    const { code, message, retry } = ending;
    if (!retry) return this.end(new ClientClosed(message, { code }));
    const { retry: { minMs, maxMs }, random, scheduler } = this.#settings;
    const retryMs = this.#reconnectAfterMs ?? retryWait(++this.#failures, { minMs, maxMs, random });
    this.#reconnectAfterMs = undefined;
    this.state.next({ kind: "waiting", reason: message, retryMs });
    this.#wait = scheduler.schedule(() => this.#connect(), retryMs);
  }
}
