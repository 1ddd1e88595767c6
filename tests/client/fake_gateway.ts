/** A gateway that says what a test wants, at the other end of sockets in memory; time is the test's too. */
import { type Client, type ClientOptions, connect, type SocketClose, type SocketLike } from "../../client/mod.ts";
import { VirtualTimeScheduler } from "rxjs";
import type { Json } from "../e2e/json_client.ts";

/** One socket of the client, seen from the gateway. */
export class FakeSocket implements SocketLike {
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: SocketClose) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  /** The frames that the client sent, in order. */
  readonly frames: Json[] = [];
  /** The code with which the client closed it. */
  closedWith: number | undefined;

  send(data: string | Uint8Array): void {
    for (const line of String(data).split("\n")) this.frames.push(JSON.parse(line));
  }

  close(code = 1005): void {
    this.closedWith = code;
  }

  /** The gateway takes the connection and says who the client is. */
  accept(
    { subscriptions = [], pingSeconds = 20 }: { subscriptions?: readonly Json[]; pingSeconds?: number } = {},
  ): void {
    this.onopen?.();
    this.say({
      connected: {
        session: "s",
        user: "u",
        node: "n",
        resume: "r",
        pingSeconds,
        maxFrameBytes: 1024,
        subscriptions,
      },
    });
  }

  /** The gateway sends frames. */
  say(...frames: readonly Json[]): void {
    this.onmessage?.({ data: frames.map((frame) => JSON.stringify(frame)).join("\n") });
  }

  /** The connection ends. */
  break(code = 1006, reason = ""): void {
    this.onclose?.({ code, reason });
  }

  /** The last frame of a name that the client sent, its content beside its id. */
  last(name: string): Json {
    const frame = this.frames.findLast((sent) => sent[name]);
    return frame && { id: frame.id, ...frame[name] };
  }

  /** The ids of the publishes that the client sent, with their payloads, in order. */
  get published(): Json[] {
    return this.frames.filter((frame) => frame.publish).map(({ id, publish }) => ({ id, payload: publish.payload }));
  }
}

/** Time that moves when it is told. Unlike that of pipelines it allows promises: the client gives some. */
export class ClientClock {
  readonly scheduler = new VirtualTimeScheduler(undefined, 0);

  advance(ms: number): void {
    this.scheduler.maxFrames = this.scheduler.frame + ms;
    this.scheduler.flush();
    this.scheduler.frame = this.scheduler.maxFrames;
  }
}

/** A client, its sockets, and its time. */
export interface FakeScene {
  readonly client: Client;
  readonly clock: ClientClock;
  /** Every socket that the client has opened. */
  readonly sockets: readonly FakeSocket[];
  /** The newest one. */
  socket(): FakeSocket;
}

/** A client that has asked for its first connection. Waits are half of their limit. */
export function fakeScene(options: ClientOptions = {}): FakeScene {
  const clock = new ClientClock();
  const sockets: FakeSocket[] = [];
  let ids = 0;
  const client = connect("ws://gateway.test/ws", {
    scheduler: clock.scheduler,
    random: () => 0.5,
    uuid: () => `m${++ids}`,
    webSocket() {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    ...options,
  });
  return { client, clock, sockets, socket: () => sockets.at(-1)! };
}

/** A publication of channel "chat:a" as the gateway writes it. */
export function publication(offset: number, more: Json = {}): Json {
  return { publication: { channel: "chat:a", cursor: `c${offset}`, time: 1, payload: offset, ...more } };
}
