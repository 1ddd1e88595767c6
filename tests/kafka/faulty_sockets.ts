/** Sockets that lose answers: what a broker did is done, and the client does not hear of it. */
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import type { ISocketFactory } from "kafkajs";

/** What becomes of a request, or of the answer to it. */
export type AnswerFault =
  /** It arrives. */
  | "none"
  /** The connection breaks when the broker has answered. */
  | "cut"
  /** It never arrives; the connection stays. */
  | "swallow"
  /** The request never reaches the broker; the connection stays. */
  | "unsent";

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
        const fault = sockets.decide(view.getInt16(4));
        if (fault === "unsent") {
          lost++;
          return true;
        }
        faults.set(view.getInt32(8), fault);
        return write(bytes, encoding);
      }) as Socket["write"];
      let rest = new Uint8Array();
      const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean;
      const hear = (bytes: Uint8Array): boolean => {
        const { answers, left } = cutAnswers(rest, bytes);
        rest = left;
        for (const answer of answers) {
          if (socket.destroyed) break;
          const fault = faults.get(new DataView(answer.buffer).getInt32(4)) ?? "none";
          if (fault === "none") emit("data", Buffer.from(answer.buffer));
          else lost++;
          if (fault === "cut") socket.destroy(new Error("cut by the test"));
        }
        return true;
      };
      // However many listen, an answer is lost once.
      socket.emit =
        ((event: string, ...args: unknown[]) =>
          event === "data" ? hear(args[0] as Uint8Array) : emit(event, ...args)) as Socket["emit"];
      return socket;
    },
  };
  return sockets;
}

/** The whole answers of what came, each a copy, and the beginning of the next one: the network cuts where it likes. */
function cutAnswers(
  rest: Uint8Array,
  more: Uint8Array,
): { answers: Uint8Array<ArrayBuffer>[]; left: Uint8Array<ArrayBuffer> } {
  const bytes = new Uint8Array(rest.length + more.length);
  bytes.set(rest);
  bytes.set(more, rest.length);
  const view = new DataView(bytes.buffer);
  const answers: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  while (at + 4 <= bytes.length && at + 4 + view.getInt32(at) <= bytes.length) {
    const end = at + 4 + view.getInt32(at);
    answers.push(bytes.slice(at, end));
    at = end;
  }
  return { answers, left: bytes.slice(at) };
}
