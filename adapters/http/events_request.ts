/** `GET /events` as the frames that it stands for. */
import { RESUME_HEADER } from "./cors.ts";
import { type HttpRefusal, refuseHttp } from "./refusal.ts";

/** A request for the events of channels. */
export interface EventsRequest {
  /** The channels, one or more, as the client wrote them. */
  readonly channels: readonly string[];
  /** After what each of the channels is wanted: a cursor, `earliest`, or `""` for now. */
  readonly since: readonly string[];
  /** The client's message: frames as JSON lines. */
  readonly message: string;
}

/** What is said once for all channels: now, and the beginning. */
const FOR_ALL = new Set(["", "earliest"]);

/** Between the cursors of several channels. */
const SEPARATOR = ",";

/**
 * Reads a request for events: `channel` of the query, once for each channel, and where to go on from: `Last-Event-ID`, or else `since`
 * of the query. Either has one value for each channel, in their order, with commas between them; `earliest` may stand for all.
 */
export function eventsRequest(request: Request, url: URL): EventsRequest | HttpRefusal {
  const channels = url.searchParams.getAll("channel");
  if (channels.length === 0) {
    const message = `Cannot tell which events are wanted: expected a channel, as in ${url.pathname}?channel=chat:lobby`;
    return refuseHttp("BadRequest", "bad_request", { message });
  }
  const name = request.headers.has("last-event-id") ? "last-event-id" : "since";
  const given = request.headers.get(name) ?? url.searchParams.get(name) ?? "";
  const since = FOR_ALL.has(given) ? channels.map(() => given) : given.split(SEPARATOR).map((part) => part.trim());
  if (since.length !== channels.length) {
    const message =
      `Cannot go on from ${since.length} places in ${channels.length} channels: expected one for each in ${name}`;
    return refuseHttp("BadRequest", "bad_cursor", { message });
  }
  const resume = request.headers.get(RESUME_HEADER);
  const frames = [
    ...(resume === null ? [] : [{ connect: { resume } }]),
    ...channels.map((channel, at) => ({
      id: at + 1,
      subscribe: { channel, ...(since[at] === "" ? {} : { since: since[at] }) },
    })),
  ];
  return { channels, since, message: frames.map((frame) => JSON.stringify(frame)).join("\n") };
}

/** The id of an event of several channels: where each of them is to go on from. */
export function joinCursors(cursors: readonly string[]): string {
  return cursors.join(SEPARATOR);
}
