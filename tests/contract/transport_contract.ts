/** What every transport does: one suite for ws and for the native one. */
import { ENDING_CASES } from "./transport/ending_cases.ts";
import { EXCHANGE_CASES } from "./transport/exchange_cases.ts";
import { HANDSHAKE_CASES } from "./transport/handshake_cases.ts";
import { Harbour, type HarbourOptions, type Opener } from "./transport/harbour.ts";
import { HOSTILE_CASES } from "./transport/hostile_cases.ts";
import { PRESSURE_CASES } from "./transport/pressure_cases.ts";

export type { Opener, OpenOptions, OpenTransport } from "./transport/harbour.ts";

/** What a transport can do that not every API under it allows. */
export type Capability =
  /** It ends a message over the limit with 1009, fragmented or not. */
  | "bounds_messages"
  /** It ends what breaks the rules of WebSocket frames with 1002. */
  | "refuses_bad_frames"
  /** It ends who floods it with pings, pongs, or pieces of messages. */
  | "bounds_controls"
  /** It bounds the size of a request's head, and the time in which it comes. */
  | "bounds_heads"
  /** It tells the values of a header that was sent several times apart. */
  | "tells_values_apart"
  /** It closes the connection of a handshake that it refused. */
  | "closes_refused"
  /** It frees the socket of a client that reads nothing. */
  | "destroys_sockets"
  /** It pings, and ends who does not answer. */
  | "awaits_pongs"
  /** It can stop reading from a socket. */
  | "pauses_reading";

/** One behaviour. */
export interface TransportCase {
  /** The behaviour, as a sentence about a transport. */
  readonly name: string;
  /** What a transport must be able to do for it. */
  readonly needs?: Capability;
  readonly harbour?: HarbourOptions;
  readonly run: (harbour: Harbour) => Promise<void>;
}

/** Every behaviour. */
export const TRANSPORT_CASES: readonly TransportCase[] = [
  ...EXCHANGE_CASES,
  ...ENDING_CASES,
  ...HANDSHAKE_CASES,
  ...HOSTILE_CASES,
  ...PRESSURE_CASES,
];

/** Tests a transport. The cases that need what it `lacks` are shown as ignored, with the reason. */
export function transportContract(
  name: string,
  open: Opener,
  options: { lacks?: Readonly<Partial<Record<Capability, string>>> } = {},
): void {
  const { lacks = {} } = options;
  for (const { name: behaviour, needs, harbour: asked = {}, run } of TRANSPORT_CASES) {
    const why = needs && lacks[needs];
    Deno.test({
      name: `${name} transport: ${behaviour}${why === undefined ? "" : ` - SKIPPED: ${why}`}`,
      ignore: why !== undefined,
      async fn() {
        const harbour = await Harbour.open(open, asked);
        try {
          await run(harbour);
        } finally {
          await harbour.transport.close();
        }
      },
    });
  }
}
