/** What an HTTP transport has, by path. */
import type { SchedulerLike } from "rxjs";
import type { Random } from "../../domain/ports/clock.ts";
import { EventStream } from "./event_stream.ts";
import { eventsRequest } from "./events_request.ts";
import type { Quay } from "./http_connection.ts";
import type { HttpLimits } from "./http_options.ts";
import { PublishConnection } from "./publish_connection.ts";
import { publishRequest } from "./publish_request.ts";
import { readBody } from "./read_body.ts";
import type { Resource } from "./resource.ts";

/** What the resources work with. */
export interface ResourceOptions {
  readonly publishPath?: string;
  readonly eventsPath?: string;
  readonly limits: HttpLimits;
  readonly quay: Quay;
  readonly random: Random;
  readonly scheduler: SchedulerLike;
}

/** The resources, by path. */
export function resources(options: ResourceOptions): Readonly<Record<string, Resource>> {
  const { publishPath = "/publish", eventsPath = "/events", limits, quay, random, scheduler } = options;
  return {
    [publishPath]: {
      method: "POST",
      judge(request, url) {
        const publish = publishRequest(request, url);
        if ("status" in publish) return publish;
        return async ({ admission, payer }) => {
          const withinMs = limits.handshakeSeconds * 1000;
          const body = await readBody(request, { maxBytes: limits.maxBodyBytes, withinMs, scheduler });
          if ("status" in body) return body;
          return new PublishConnection({ session: random.uuid(), admission, payer, request: publish, body }, quay);
        };
      },
    },
    [eventsPath]: {
      method: "GET",
      type: "text/event-stream",
      judge(request, url) {
        const events = eventsRequest(request, url);
        if ("status" in events) return events;
        return ({ peer, admission, payer }) => {
          const phase = random.fraction();
          return new EventStream({ session: random.uuid(), admission, payer, request: events, peer, phase }, quay);
        };
      },
    },
  };
}
