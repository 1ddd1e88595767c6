/** Sockets that lose answers: what a broker did is done, and the client does not hear of it. */
import { connect, type Socket } from "node:net";
import type { ISocketFactory } from "kafkajs";

/** What becomes of the answer to a request. */
export type AnswerFault =
  /** It arrives. */
  | "none"
  /** The connection breaks when the broker has answered. */
  | "cut"
  /** It never arrives; the connection stays. */
  | "swallow";

/** Kafka's number of Produce. */
export const PRODUCE_KEY = 0;

/** Sockets for `socketFactory`. */
export interface FaultySockets {
  readonly factory: ISocketFactory;
  /** Decides the fault of the answer to each request, by Kafka's number of it; asked when the request is written. */
  decide: (apiKey: number) => AnswerFault;
  /** How many answers were lost. */
  readonly lost: number;
}

/** Makes sockets that work until `decide` says otherwise. */
export function faultySockets(): FaultySockets {
  let lost = 0;
  const sockets: FaultySockets = {
    decide: () => "none",
    get lost() {
      return lost;
    },
    factory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      // kafkajs writes before it is connected, and each write waits with a listener.
      socket.setMaxListeners(0);
      const faults = new Map<number, AnswerFault>();
      const write = socket.write.bind(socket) as (bytes: Uint8Array, encoding: string) => boolean;
      // A request is written in one go: its size, its key and version, its number.
      socket.write = ((bytes: Uint8Array, encoding: string) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        faults.set(view.getInt32(8), sockets.decide(view.getInt16(4)));
        return write(bytes, encoding);
      }) as Socket["write"];
      const on = socket.on.bind(socket) as (event: string, listener: (...args: never[]) => void) => Socket;
      socket.on =
        ((event: string, listener: (bytes: Uint8Array) => void) =>
          on(event, event === "data" ? (bytes: Uint8Array) => listenTo(bytes, listener) : listener)) as Socket["on"];

      const listenTo = (bytes: Uint8Array, listener: (bytes: Uint8Array) => void) => {
        if (socket.destroyed) return;
        const heard = answersBefore(bytes, (number) => (faults.get(number) ?? "none") !== "none");
        if (heard.kept.length > 0) listener(heard.kept);
        if (heard.lost === undefined) return;
        lost++;
        if (faults.get(heard.lost) === "cut") socket.destroy(new Error("cut by the test"));
      };
      return socket;
    },
  };
  return sockets;
}

/** The answers before the first one that is to be lost, and its number. A chunk starts with an answer, in these tests. */
function answersBefore(bytes: Uint8Array, isLost: (number: number) => boolean): { kept: Uint8Array; lost?: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length; at += 4 + view.getInt32(at)) {
    const number = view.getInt32(at + 4);
    if (isLost(number)) return { kept: bytes.subarray(0, at), lost: number };
  }
  return { kept: bytes };
}
