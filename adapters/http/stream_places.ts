import type { ServerFrame } from "../../domain/frame.ts";
import { channelOf, cursorOf, idLine } from "./event_codec.ts";
import { type EventsRequest, joinCursors } from "./events_request.ts";

/** Where a stream of several channels is in each of them. */
export class StreamPlaces {
  readonly #places = new Map<string, string>();

  /** As the client has said it. */
  constructor({ channels, since }: Pick<EventsRequest, "channels" | "since">) {
    channels.forEach((channel, at) => this.#places.set(channel, since[at]!));
  }

  /** The line that gives the event of a frame its id: the places in all channels after it. None where it has no cursor. */
  idAfter(frame: ServerFrame): string {
    const channel = channelOf(frame);
    const cursor = cursorOf(frame);
    if (channel === undefined || cursor === undefined) return "";
    this.#places.set(channel, cursor);
    return idLine(joinCursors([...this.#places.values()]));
  }
}
