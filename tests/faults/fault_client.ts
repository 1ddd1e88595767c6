/** A client of the fault suite: the project's own, over sockets that are listened to. */
import { type Client, connect } from "../../client/mod.ts";
import { deadSocket, silentWire, type TappedSocket, tapSocket, type Wire } from "./tapped_socket.ts";

/** A client, and what a test does to its network. */
export interface FaultClient extends AsyncDisposable {
  readonly client: Client;
  readonly wire: Wire;
  /** Whether the gateway has said who it is, on the connection of now. */
  readonly connected: boolean;
  /** Its connection breaks; it makes a new one. */
  drop(): void;
  /** Its connection breaks, and there is no network until `release`. */
  hold(): void;
  release(): void;
}

/** Bounds of the wait before a new connection, in milliseconds: shorter than users', so that there are more of them. */
const RETRY = { minMs: 100, maxMs: 1_000 };

/** Connects to the first of some gateways, and to the next one whenever it has to connect again. */
export function faultClient(urls: readonly string[]): FaultClient {
  const wire = silentWire();
  let socket: TappedSocket | undefined;
  let held = false;
  let connected = false;
  let at = 0;
  const client = connect(urls[0]!, {
    retry: RETRY,
    answerMs: Infinity,
    webSocket(_url, protocols) {
      return socket = held ? deadSocket() : tapSocket(urls[at++ % urls.length]!, protocols, wire);
    },
  });
  client.state.subscribe((state) => connected = state.kind === "connected");
  return {
    client,
    wire,
    get connected() {
      return connected;
    },
    drop: () => socket?.drop(),
    hold() {
      held = true;
      socket?.drop();
    },
    release() {
      held = false;
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await Promise.all(wire.endings);
    },
  };
}
