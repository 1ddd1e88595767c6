/** One connection to a gateway, from its first byte to its end. */
import type { Subscription } from "rxjs";
import type { ClientFrame, ConnectFrame } from "../domain/frame.ts";
import type { ReceivedFrame } from "./codec.ts";
import type { ClientSettings, SocketLike } from "./options.ts";
import { isWorthRetry } from "./retry_wait.ts";

/** Who is told of a link's life. Nothing is told after `lost`. */
export interface LinkListener {
  /** What the first message says, and the frames that may follow it before the gateway has said who the client is. */
  hello(): { readonly connect: ConnectFrame; readonly frames: readonly ClientFrame[] };
  received(received: ReceivedFrame): void;
  /** The link has ended, whoever ended it, but for {@linkcode Link.close}. */
  lost(ending: LinkEnding): void;
}

/** How a link ended. */
export interface LinkEnding {
  readonly code: number;
  readonly message: string;
  /** Whether another try is of use. */
  readonly retry: boolean;
}

/** WebSocket messages to the gateway are kept under so many bytes, as far as single frames let them. */
const MESSAGE_CHARACTERS = 16 * 1024;
/** A gateway that was not heard for so many of its ping intervals is asked whether it is there. */
const SILENT_PINGS = 1.25;
/** How long it may take to answer then, in milliseconds. */
const PONG_MS = 10_000;

/** A socket with a watch over it. Browsers answer pings by themselves and tell nobody: silence is broken with a `ping` frame. */
export class Link {
  readonly #settings: ClientSettings;
  readonly #listener: LinkListener;
  readonly #socket: SocketLike;
  #watch: Subscription;
  #silentMs = 0;
  #over = false;

  /** Connects. `token` is for the first frame. */
  constructor(
    settings: ClientSettings,
    options: { readonly token: string | undefined; readonly listener: LinkListener },
  ) {
    const { url, codec, webSocket, connectMs } = settings;
    const { listener, token } = options;
    this.#settings = settings;
    this.#listener = listener;
    const socket = this.#socket = webSocket(url, [codec.subprotocol]);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      const { connect, frames } = listener.hello();
      this.send([{ ...connect, ...(token === undefined ? {} : { token }) }, ...frames]);
    };
    socket.onmessage = ({ data }) => this.#take(data);
    // "close" follows, and says more.
    socket.onerror = () => {};
    socket.onclose = ({ code, reason, retry = isWorthRetry(code) }) =>
      this.#lose({ code, message: endingText(url, { code, reason }), retry });
    this.#watch = settings.scheduler.schedule(
      () => this.#silent(`has not said "connected" in ${connectMs / 1000} s`),
      connectMs,
    );
  }

  /** Sends frames, at least one, in as many messages as it takes. */
  send(frames: readonly ClientFrame[]): void {
    const { codec } = this.#settings;
    let group: ClientFrame[] = [];
    let size = 0;
    for (const frame of frames) {
      const own = sizeOf(frame);
      if (group.length > 0 && size + own > MESSAGE_CHARACTERS) {
        this.#socket.send(codec.encode(group));
        group = [];
        size = 0;
      }
      group.push(frame);
      size += own;
    }
    this.#socket.send(codec.encode(group));
  }

  /** Ends the link; its listener is told nothing more. */
  close(code = 1000): void {
    this.#over = true;
    this.#watch.unsubscribe();
    this.#socket.close(code);
  }

  #take(data: unknown): void {
    if (this.#over) return;
    try {
      for (const received of this.#settings.codec.decode(data as string | ArrayBuffer)) {
        if ("connected" in received.frame) this.#silentMs = received.frame.connected.pingSeconds * 1000 * SILENT_PINGS;
        this.#listener.received(received);
        if (this.#over) return;
      }
    } catch (error) {
      const message = `Cannot read what ${this.#settings.url} sent: ${String(error)}; is it a Tidegate?`;
      this.#lose({ code: 1002, message, retry: false });
      return this.#socket.close(1000);
    }
    if (this.#silentMs > 0) this.#await();
  }

  #await(): void {
    const { scheduler } = this.#settings;
    this.#watch.unsubscribe();
    this.#watch = scheduler.schedule(() => {
      this.send([{ type: "ping", id: undefined }]);
      this.#watch = scheduler.schedule(() => this.#silent(`has said nothing for ${PONG_MS / 1000} s`), PONG_MS);
    }, this.#silentMs);
  }

  #silent(what: string): void {
    this.#lose({ code: 1006, message: `The gateway at ${this.#settings.url} ${what}`, retry: true });
    this.#socket.close(1000);
  }

  #lose(ending: LinkEnding): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch.unsubscribe();
    this.#listener.lost(ending);
  }
}

function endingText(url: string, { code, reason }: { code: number; reason: string }): string {
  if (code === 1006) return reason || `The connection to ${url} broke, or could not be made`;
  return `The gateway at ${url} closed the connection: ${code}${reason ? ` ${reason}` : ""}`;
}

/** About how many bytes a frame has. */
function sizeOf(frame: ClientFrame): number {
  if (frame.type !== "publish") return 256;
  const { payload } = frame;
  return 256 + (payload.kind === "bytes" ? payload.bytes.length * 1.4 : payload.text.length);
}
